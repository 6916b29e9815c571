import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { consentByHttp } from '../../e2e/support/consent.ts';
import { callTool } from '../call-tool.ts';
import { getAccessToken } from '../get-access-token.ts';
import { type Bench, toRow } from '../row.ts';

const CALLS = 200;
const WARM_UP_CALLS = 20;

/** `tools/call echo`, one after the other, beside a bare `node:http` server that echoes: the cost of everything between. */
const bench: Bench = async ({ stack, user }) => {
  const { mcpUrl } = await user.createLiveServer('bench-latency');
  const token = await getAccessToken(stack.gatewayUrl, mcpUrl, consentByHttp(user));
  const throughGateway = await measure(() => callTool(mcpUrl, token, 'echo', { text: 'Hello' }));
  const peer = await startBarePeer();
  const bare = await measure(() => callTool(peer.url, token, 'echo', { text: 'Hello' }));
  peer.close();
  return [
    toRow('tools/call echo through the gateway', throughGateway, 'ms'),
    toRow('the same request to a bare node:http peer', bare, 'ms'),
  ];
};
export default bench;

async function measure(call: () => Promise<void>): Promise<number[]> {
  const durations: number[] = [];
  for (let count = -WARM_UP_CALLS; count < CALLS; count += 1) {
    const startedAt = performance.now();
    await call();
    if (count >= 0) durations.push(performance.now() - startedAt);
  }
  return durations;
}

async function startBarePeer(): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id, params } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { structuredContent: params.arguments } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
