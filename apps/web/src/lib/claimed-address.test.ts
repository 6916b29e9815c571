import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { beforeEachRequest } from './before-each-request.ts';
import { dropClaimedAddress } from './claimed-address.ts';

const claims = { 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1', forwarded: 'for=192.0.2.1' };

test('what a client says about its own address is gone before a server sees it, and the rest stays', async () => {
  const stop = beforeEachRequest((request) => dropClaimedAddress(request.headers));
  const server = createServer((request, response) => response.end(JSON.stringify(request.headers)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, host: '127.0.0.1', headers: { ...claims, accept: 'text/plain' } }, resolve).on('error', reject),
  );
  const seen: unknown = JSON.parse((await answer.toArray()).join(''));
  server.close();
  stop();
  expect(seen).toMatchObject({ accept: 'text/plain' });
  expect(Object.keys(seen as object)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(x-|forwarded)/)]));
});
