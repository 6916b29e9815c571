import { Agent, type IncomingMessage, request } from 'node:http';
import { IDLE_CONNECTION_MS } from './constants.ts';

export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

interface GuestRequest {
  readonly body?: string | undefined;
  readonly answerBytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

interface GuestReply {
  readonly status: number;
  readonly body: string;
}

const HEALTH_BYTES_MAX = 16 * 1024;

/** HTTP over one sandbox's socket. The agent belongs to one process, so that no call meets a dead one's connection. */
export class GuestClient {
  readonly #socketPath: string;
  readonly #agent: Agent;

  constructor(socketPath: string, connectionsMax: number) {
    this.#socketPath = socketPath;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, timeout: IDLE_CONNECTION_MS });
  }

  /** Sends one call; rejects with AnswerTooLargeError, an AbortError or the connection's error. */
  post(body: string, answerBytesMax: number, signal: AbortSignal): Promise<GuestReply> {
    return this.#send({ body, answerBytesMax, signal }, this.#agent);
  }

  /** Asks for health on a connection of its own, so that it never waits behind calls. */
  getHealth(signal?: AbortSignal): Promise<GuestReply> {
    return this.#send({ answerBytesMax: HEALTH_BYTES_MAX, signal }, false);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ body, answerBytesMax, signal }: GuestRequest, agent: Agent | false): Promise<GuestReply> {
    return new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath: this.#socketPath,
        agent,
        method: body === undefined ? 'GET' : 'POST',
        path: '/',
        headers: {
          host: 'sandbox',
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body), 'content-type': 'application/json' }),
        },
        ...(signal && { signal }),
      });
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        readBounded(incoming, answerBytesMax).then((text) => {
          resolve({ status: incoming.statusCode ?? 0, body: text });
        }, reject);
      });
      outgoing.end(body);
    });
  }
}

async function readBounded(incoming: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection, which also stops the guest.
    if (bytes > bytesMax) throw new AnswerTooLargeError(`The answer has more than ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
