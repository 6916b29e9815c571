import { findServerRoute } from '@bmm/db';
import { waitFor } from '@bmm/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from './test-support/running-gateway.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({ CALLS_PER_TOKEN_PER_MINUTE: '3', SANDBOX_IDLE_MS: '300' });
});
afterAll(() => gateway?.close());

const post = (slug: string, token: string, messages: unknown) =>
  fetch(gateway.mcpUrl(slug), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(messages),
  });
const list = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list' });

it('limits a grant, not a token, counts each message of a batch, and says when to come back', async () => {
  await gateway.createServer('limited');
  const tokenOf = (gid: string) => gateway.mint('limited', { claims: { gid } });
  expect((await post('limited', await tokenOf('gnt_a'), list(1))).status).toBe(200);
  expect((await post('limited', await tokenOf('gnt_a'), [list(2), list(3)])).status).toBe(200);
  const refused = await post('limited', await tokenOf('gnt_a'), list(4));
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ error: { data: { code: 'rate_limited' } } });
  expect((await post('limited', await tokenOf('gnt_b'), list(5))).status).toBe(200);
});

it('lets an idle server sleep, writes it down, and wakes it by the next call', async () => {
  const server = await gateway.createServer('sleepy');
  const stateOf = async () => (await findServerRoute(gateway.db, 'sleepy'))?.state;
  const token = await gateway.mint('sleepy', { claims: { gid: 'gnt_sleepy' } });
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hi' } } };
  expect(await (await post('sleepy', token, call)).text()).toContain('hi');
  await waitFor(async () => (await stateOf()) === 'sleeping', { timeoutMs: 10_000 });
  expect(gateway.driver.list().some(({ serverId }) => serverId === server.id)).toBe(false);
  expect(await (await post('sleepy', token, call)).text()).toContain('hi');
  await waitFor(async () => (await stateOf()) === 'live', { timeoutMs: 10_000 });
});

it('answers 503 as JSON when the authorization server is gone', async () => {
  await gateway.authorizationServer.close();
  const response = await fetch(`${gateway.origin}/oauth/token`, { method: 'POST', body: 'x=1' });
  expect([response.status, await response.json()]).toMatchObject([503, { code: 'unavailable' }]);
});
