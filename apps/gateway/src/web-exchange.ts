import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What the protocol reads; above all the token stays behind, so that nothing after the gate can pass it on. */
const PASSED_HEADERS = /^(accept|content-type|last-event-id|mcp-.*|traceparent|tracestate|user-agent)$/;

/** The request as the protocol sees it: our own URL, an allow-list of headers, the body apart; aborted when the client goes. */
export function toWebRequest(request: IncomingMessage, response: ServerResponse, url: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && PASSED_HEADERS.test(name)) headers.set(name, value);
  }
  const abort = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) abort.abort();
  });
  return new Request(url, { method: request.method ?? 'POST', headers, signal: abort.signal });
}

export async function sendWebResponse(answer: Response, response: ServerResponse): Promise<void> {
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.statusCode = answer.status;
  if (answer.body === null) {
    response.end();
  } else if (answer.headers.get('content-type')?.startsWith('application/json')) {
    response.end(await answer.text());
  } else {
    // Proxies that buffer hold events back until the stream ends.
    response.setHeader('X-Accel-Buffering', 'no');
    response.flushHeaders();
    await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), response).catch(() => {
      response.destroy();
    });
  }
}
