import type { ServerResponse } from 'node:http';
import { isDatabaseUnavailable } from '@bmm/db';
import { AppError, ERRORS, toProblem } from '@bmm/types';
import { ABANDONED_BODY_BYTES_MAX } from './constants.ts';
import { BearerChallenge } from './token-gate.ts';

/** Any error as one of the catalogue; what we do not know becomes `internal`, with the cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error))
    return new AppError('unavailable', 'The service is not available at the moment. Try again.', {
      cause: error,
      retryAfterSeconds: 2,
    });
  return new AppError('internal', 'Something went wrong on our side. It was logged.', { cause: error });
}

/** A body that is still on its way is read and thrown away: closing over it would take the answer away from the client. */
function leaveRestOfBody(response: ServerResponse): void {
  const { req } = response;
  if (req.complete) return;
  let bytesLeft = ABANDONED_BODY_BYTES_MAX;
  req.on('data', (chunk: Buffer) => {
    bytesLeft -= chunk.length;
    if (bytesLeft < 0) req.destroy();
  });
  req.resume();
}

export type ErrorWire = 'problem' | 'json-rpc';

/** Answers with an error, as RFC 9457 problem or, after authentication on an MCP URL, as JSON-RPC error that contains it. */
export function sendError(response: ServerResponse, error: AppError, instance: string, wire: ErrorWire): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, rpc } = ERRORS[error.code];
  const problem = toProblem(error, instance);
  if (error instanceof BearerChallenge) response.setHeader('WWW-Authenticate', error.challenge);
  if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', error.retryAfterSeconds);
  leaveRestOfBody(response);
  const body =
    wire === 'problem'
      ? problem
      : { jsonrpc: '2.0', id: null, error: { code: rpc, message: error.detail, data: problem } };
  response.writeHead(status, {
    'Content-Type': wire === 'problem' ? 'application/problem+json' : 'application/json',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(body));
}
