import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './consent.ts';

export interface CallbackListener extends AsyncDisposable {
  readonly redirectUrl: string;
  readonly answer: Promise<Answer>;
}

/** The loopback server that a desktop client listens on while its person is in the browser. */
export async function listenForCallback(): Promise<CallbackListener> {
  let resolve: (answer: Answer) => void = () => undefined;
  const answer = new Promise<Answer>((settle) => {
    resolve = settle;
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Done</title><link rel="icon" href="data:,">You can close this page.');
    if (url.pathname === '/callback') resolve(url.searchParams);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    redirectUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
