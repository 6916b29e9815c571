import type { IncomingMessage } from 'node:http';
import { AppError } from '@bmm/types';
import { BODY_TIMEOUT_MS } from './constants.ts';

const tooLarge = (bytesMax: number) =>
  new AppError('payload_too_large', `The body may have at most ${bytesMax} bytes.`);

/** @throws AppError `payload_too_large` */
export function assertDeclaredLength(request: IncomingMessage, bytesMax: number): void {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
}

/**
 * Reads a body of bounded size. What is over the bound stays unread, and the connection open for the answer.
 * @throws AppError `payload_too_large`, or `validation_failed` for a body that breaks off or takes too long
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  assertDeclaredLength(request, bytesMax);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const broken = (cause?: unknown) =>
    new AppError('validation_failed', 'The body ended before it was complete.', { cause });
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > bytesMax) fail(tooLarge(bytesMax));
    };
    const onEnd = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks, bytes));
    };
    const fail = (error: AppError) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).pause();
      reject(error);
    };
    const timer = setTimeout(() => fail(broken()), BODY_TIMEOUT_MS);
    request.on('data', onData).once('end', onEnd);
    request.once('error', (error) => fail(broken(error)));
    request.once('close', () => fail(broken()));
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws AppError `malformed_json`, also for what is not UTF-8 */
export function parseJsonBody(body: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (error) {
    throw new AppError('malformed_json', 'The body is not valid JSON in UTF-8.', { cause: error });
  }
}
