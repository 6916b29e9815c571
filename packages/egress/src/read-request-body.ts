import type { IncomingMessage } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';
import type { EgressLimits } from './egress-limits.ts';
import { EgressRefusal } from './egress-refusal.ts';

export interface RequestBody {
  readonly bytes: Buffer;
  /** Gives the held memory back; call it once. */
  release(): void;
}

/** Reads a guest's body whole, within the limits of the request, the server and the process. @throws EgressRefusal */
export async function readRequestBody(
  request: IncomingMessage,
  { limits, budget, signal }: { limits: EgressLimits; budget: ByteBudget; signal: AbortSignal },
): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const release = () => budget.giveBack(bytes);
  const tooLarge = () =>
    new EgressRefusal('request_too_large', `A request can send ${limits.requestBodyBytes} bytes at most.`);
  if (Number(request.headers['content-length'] ?? 0) > limits.requestBodyBytes) throw tooLarge();
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      request.on('data', (chunk: Buffer) => {
        if (bytes + chunk.length > limits.requestBodyBytes) reject(tooLarge());
        else if (!budget.take(chunk.length)) reject(noRoom());
        else {
          bytes += chunk.length;
          chunks.push(chunk);
          return;
        }
        request.removeAllListeners('data');
      });
      request.once('end', resolve);
      request.once('error', (error) => reject(new EgressRefusal('malformed_request', 'The body broke off.', error)));
    });
    return { bytes: Buffer.concat(chunks), release };
  } catch (error) {
    release();
    throw error;
  }
}

const noRoom = () =>
  new EgressRefusal('bodies_too_large', 'Too many large bodies are being sent at a time; send them one after another.');
