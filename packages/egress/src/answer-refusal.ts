import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EGRESS_REASONS, type EgressRefusal, toEgressProblem } from './egress-refusal.ts';

const CONTENT_TYPE = 'application/problem+json';

/**
 * Tells the guest in JSON why its request ends; a half-sent answer is cut instead. Returns the status that was sent, or
 * null. What is left of the request's body is read and thrown away up to `drainBytesMax`, then the connection goes:
 * closing it at once would take the answer with it.
 */
export function answerRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { refusal, drainBytesMax }: { refusal: EgressRefusal; drainBytesMax: number },
): number | null {
  if (response.headersSent || response.destroyed || refusal.reason === 'guest_gone') {
    response.destroy();
    return null;
  }
  const { status } = EGRESS_REASONS[refusal.reason];
  const body = toEgressProblem(refusal);
  response.writeHead(status, { 'content-type': CONTENT_TYPE, 'content-length': Buffer.byteLength(body) });
  response.end(body);
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > drainBytesMax) request.destroy();
  });
  request.on('error', () => {});
  return status;
}

/** The same for a connection that carries no request we could answer in the ordinary way. */
export function endConnection(socket: Duplex, refusal: EgressRefusal): void {
  const { status } = EGRESS_REASONS[refusal.reason];
  const body = toEgressProblem(refusal);
  socket.on('error', () => {});
  socket.once('finish', () => socket.destroy());
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} Refused`,
    `content-type: ${CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
