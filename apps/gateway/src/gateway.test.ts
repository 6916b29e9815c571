import { request as openRequest } from 'node:http';
import { findServerRoute, schema } from '@bmm/db';
import { waitFor } from '@bmm/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MCP_BODY_BYTES_MAX } from './constants.ts';
import { echoCode, echoTools, type RunningGateway, startGateway } from './test-support/running-gateway.ts';

let gateway: RunningGateway;
let echo: Awaited<ReturnType<RunningGateway['createServer']>>;

beforeAll(async () => {
  gateway = await startGateway();
  echo = await gateway.createServer('echo');
  await gateway.createServer('other');
});
afterAll(() => gateway?.close());

const textOf = (result: { content: readonly { type: string; text?: unknown }[] }) => String(result.content[0]?.text);

const listTools = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

async function post(slug: string, init: { token?: string; body?: string; headers?: Record<string, string> } = {}) {
  const authorization: Record<string, string> =
    init.token === undefined ? {} : { authorization: `Bearer ${init.token}` };
  const headers = { ...jsonHeaders, ...authorization, ...init.headers };
  return fetch(gateway.mcpUrl(slug), { method: 'POST', headers, body: init.body ?? listTools });
}

/** fetch forbids some headers; this sends what it is given. */
function rawRequest(
  path: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = openRequest({ host: '127.0.0.1', port: gateway.port, path, method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, text });
    });
    request.once('error', reject);
    request.end();
  });
}

describe.each(['modern', 'legacy'] as const)('the official client, %s revision', (mode) => {
  it('lists the tools and calls them in a sandbox', async () => {
    const client = await gateway.connect('echo', mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(echoTools.map(({ name }) => name));
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.structuredContent).toMatchObject({ echoed: 'hello' });
    expect(JSON.parse(textOf(result))).toMatchObject({ echoed: 'hello' });
  });

  it('gets wrong arguments and failures of a tool as results, and an unknown tool as an error', async () => {
    const client = await gateway.connect('echo', mode);
    const bad = await client.callTool({ name: 'echo', arguments: {} });
    expect([bad.isError, textOf(bad)]).toEqual([true, expect.stringContaining('"text" is required')]);
    const failed = await client.callTool({ name: 'fails', arguments: {} });
    expect([failed.isError, textOf(failed)]).toEqual([true, expect.stringContaining('The city is unknown.')]);
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toThrow('no tool "nope"');
  });
});

it('keeps the token away from the sandbox', async () => {
  const token = await gateway.mint('echo');
  const client = await gateway.connect('echo');
  const seen = textOf(await client.callTool({ name: 'inspect', arguments: { text: 'x' } }));
  expect(seen).toContain('"args"');
  expect(seen.toLowerCase()).not.toMatch(/authorization|bearer/);
  expect(seen).not.toContain(token.split('.')[0]);
});

describe('401', () => {
  const metadata = () => `resource_metadata="${gateway.origin}/.well-known/oauth-protected-resource/s/echo/mcp"`;

  it('without a token names the metadata and the scope, before the method counts', async () => {
    for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS']) {
      const response = await fetch(gateway.mcpUrl('echo'), { method, headers: jsonHeaders });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe(`Bearer ${metadata()}, scope="mcp"`);
      expect(await response.json()).toMatchObject({ code: 'unauthorized', status: 401 });
    }
  });

  it('for a token in the query', async () => {
    const response = await fetch(`${gateway.mcpUrl('echo')}?access_token=${await gateway.mint('echo')}`, {
      method: 'POST',
    });
    expect(response.status).toBe(401);
  });

  it('for a token of another server', async () => {
    const response = await post('other', { token: await gateway.mint('echo') });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await post('echo', { token: await gateway.mint('echo') })).status).toBe(200);
  });

  it('for tokens that are forged, expired, of another kind or for several audiences', async () => {
    const { mcpUrl, mint, authorizationServer, origin } = gateway;
    const tokens = {
      garbage: 'abc',
      foreignKey: await mint('echo', { isForeignKey: true }),
      expired: await mint('echo', { expiresInSeconds: -60 }),
      idToken: await mint('echo', { header: { typ: 'JWT' } }),
      foreignIssuer: await mint('echo', { issuer: 'https://evil.test' }),
      severalAudiences: await authorizationServer.mint(origin, [mcpUrl('echo'), mcpUrl('other')]),
      oneAudienceInAList: await authorizationServer.mint(origin, [mcpUrl('echo')]),
      noAlgorithm: `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.e30.`,
    };
    for (const [kind, token] of Object.entries(tokens)) {
      const response = await post('echo', { token });
      expect([kind, response.status]).toEqual([kind, 401]);
      expect(response.headers.get('www-authenticate')).toMatch(
        /^Bearer error="invalid_token", error_description="[^"]+", resource/,
      );
    }
  });

  it('for a revoked family, soon after it was revoked', async () => {
    const token = await gateway.mint('echo', { claims: { fid: 'fam_revoked' } });
    expect((await post('echo', { token })).status).toBe(200);
    const expiresAt = new Date(Date.now() + 600_000);
    await gateway.db.insert(schema.oauthRevokedFamily).values({ familyId: 'fam_revoked', expiresAt });
    await waitFor(async () => (await post('echo', { token })).status === 401, { timeoutMs: 10_000, intervalMs: 200 });
  });
});

it('403 for a token without the scope, a foreign origin or a foreign host', async () => {
  const noScope = await post('echo', { token: await gateway.mint('echo', { claims: { scope: '' } }) });
  expect(noScope.status).toBe(403);
  expect(noScope.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  const token = await gateway.mint('echo');
  for (const origin of ['https://evil.test', 'null', 'http://localhost:1']) {
    const response = await post('echo', { token, headers: { origin } });
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'foreign_origin' }]);
  }
  for (const origin of [gateway.origin, 'http://localhost:3000'])
    expect((await post('echo', { token, headers: { origin } })).status).toBe(200);
  const rebound = await rawRequest('/s/echo/mcp', { host: 'evil.test', authorization: `Bearer ${token}` });
  expect([rebound.status, JSON.parse(rebound.text)]).toMatchObject([403, { code: 'forbidden' }]);
});

it('404, always the same JSON, for slugs that nobody has, that cannot be, and for everything else', async () => {
  const token = await gateway.mint('echo');
  const bodies = new Set<string>();
  for (const path of [
    '/s/nobody/mcp',
    '/s/Not_A_Slug/mcp',
    '/s/%65cho/mcp',
    '/s//mcp',
    '/',
    '/v1/servers',
    '/s/echo/mcp/',
  ]) {
    const response = await fetch(`${gateway.origin}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([path, response.status]).toEqual([path, 404]);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    bodies.add(JSON.stringify({ ...((await response.json()) as object), instance: '' }));
  }
  expect(bodies.size).toBe(1);
});

it('405 with Allow for GET and DELETE of those who may call', async () => {
  const headers = { authorization: `Bearer ${await gateway.mint('echo')}` };
  for (const method of ['GET', 'DELETE']) {
    const response = await fetch(gateway.mcpUrl('echo'), { method, headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  }
});

it('400, 413 and 415 as JSON-RPC errors with their code', async () => {
  const token = await gateway.mint('echo');
  const cases = [
    [400, -32700, 'malformed_json', { body: '{"jsonrpc":' }],
    [413, -32600, 'payload_too_large', { body: JSON.stringify({ x: 'y'.repeat(MCP_BODY_BYTES_MAX) }) }],
    [415, -32600, 'unsupported_media_type', { headers: { 'content-type': 'text/plain' } }],
    [415, -32600, 'unsupported_media_type', { headers: { 'content-type': 'application/json; charset=utf-16' } }],
    [415, -32600, 'unsupported_media_type', { headers: { 'content-encoding': 'gzip' } }],
  ] as const;
  for (const [status, rpc, code, init] of cases) {
    const response = await post('echo', { token, ...init });
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { id: null, error: { code: rpc, data: { code } } },
    ]);
  }
});

it('413 too for a body that does not say how long it is', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(64 * 1024));
  let sent = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      sent += chunk.length;
      if (sent > 2 * MCP_BODY_BYTES_MAX) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const headers = { ...jsonHeaders, authorization: `Bearer ${await gateway.mint('echo')}` };
  const response = await fetch(gateway.mcpUrl('echo'), {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(413);
});

it('cancels the call in the sandbox when the client goes', async () => {
  const headers = { ...jsonHeaders, authorization: `Bearer ${await gateway.mint('echo')}` };
  const params = { name: 'hangs', arguments: {} };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const failedCalls = async () => {
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    return Number(/tool_call_seconds_count\{result="failed"\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const before = await failedCalls();
  const abort = new AbortController();
  const call = fetch(gateway.mcpUrl('echo'), { method: 'POST', headers, body, signal: abort.signal }).then((r) =>
    r.text(),
  );
  setTimeout(() => abort.abort(), 200);
  await expect(call).rejects.toThrow();
  await waitFor(async () => (await failedCalls()) === before + 1);
});

it('answers what nests absurdly deep, and lives', async () => {
  const token = await gateway.mint('echo');
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const asArgument = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"inspect","arguments":{"text":${deep}}}}`;
  for (const body of [deep, asArgument]) {
    const response = await post('echo', { token, body });
    expect(response.status).toBeLessThan(500);
    await response.text();
  }
  expect((await post('echo', { token })).status).toBe(200);
});

it('loses no call while a new version takes over, and ends the old sandbox', async () => {
  const server = await gateway.createServer('switch');
  const client = await gateway.connect('switch');
  const versions: unknown[] = [];
  const callMany = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      const result = await client.callTool({ name: 'slow', arguments: {} });
      expect(result.isError).toBeFalsy();
      versions.push(JSON.parse(textOf(result)).version);
    }
  };
  const running = Promise.all(Array.from({ length: 8 }, () => callMany(25)));
  await waitFor(() => versions.length > 40, { timeoutMs: 15_000 });
  await gateway.deploy(server, echoCode(2));
  await running;
  expect(versions).toHaveLength(200);
  expect(new Set(versions)).toEqual(new Set([1, 2]));
  expect(JSON.parse(textOf(await client.callTool({ name: 'slow', arguments: {} }))).version).toBe(2);
  const live = () => gateway.driver.list().filter(({ serverId }) => serverId === server.id);
  await waitFor(() => live().length === 1, { timeoutMs: 10_000 });
});

it('stops the sandbox of a deleted server, whose URL is then as if it had never been', async () => {
  const server = await gateway.createServer('doomed');
  const client = await gateway.connect('doomed');
  await client.callTool({ name: 'echo', arguments: { text: 'x' } });
  const live = () => gateway.driver.list().filter(({ serverId }) => serverId === server.id);
  expect(live()).toHaveLength(1);
  await gateway.remove(server);
  await waitFor(() => live().length === 0);
  expect((await post('doomed', { token: await gateway.mint('doomed') })).status).toBe(404);
});

it('stops the sandbox of a paused server and says so only to those who hold a token', async () => {
  const server = await gateway.createServer('paused');
  const token = await gateway.mint('paused');
  const client = await gateway.connect('paused');
  await client.callTool({ name: 'echo', arguments: { text: 'x' } });
  await gateway.setState(server, 'paused');
  await waitFor(() => !gateway.driver.list().some(({ serverId }) => serverId === server.id));
  expect((await post('paused')).status).toBe(401);
  const response = await post('paused', { token });
  expect(await response.json()).toMatchObject({ error: { data: { code: 'server_not_live' } } });
  await gateway.setState(server, 'live');
  await waitFor(async () => (await post('paused', { token })).status === 200);
});

describe('the authorization server behind the gateway', () => {
  it('gets the path, the query and the body, with forwarded headers that only the gateway has set', async () => {
    const response = await fetch(`${gateway.origin}/oauth/token?x=1`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: 'session=1',
        'x-forwarded-for': '6.6.6.6, 203.0.113.9',
        'x-forwarded-proto': 'gopher',
        'x-real-ip': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        'cf-connecting-ip': '6.6.6.6',
      },
      body: 'grant_type=x',
    });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/elsewhere?x=1');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
    const seen = gateway.authorizationServer.seen.at(-1);
    expect(seen).toMatchObject({ method: 'POST', url: '/oauth/token?x=1', body: 'grant_type=x' });
    expect(seen?.headers).toMatchObject({
      cookie: 'session=1',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(gateway.origin).host,
    });
    expect(JSON.stringify(seen?.headers)).not.toContain('6.6.6.6');
    expect(seen?.headers).not.toHaveProperty('forwarded');
  });

  it('answers at the aliases and well-known places, and nowhere else', async () => {
    const paths = [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/s/echo/mcp',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-protected-resource/s/echo/mcp',
      '/authorize',
      '/token',
      '/register',
    ];
    for (const path of paths) {
      expect((await fetch(`${gateway.origin}${path}`, { redirect: 'manual' })).status).toBe(302);
      expect(gateway.authorizationServer.seen.at(-1)?.url).toBe(path);
    }
    const before = gateway.authorizationServer.seen.length;
    for (const path of ['/oauthx', '/tokens', '/v1/me', '/.well-known/security.txt'])
      expect((await fetch(`${gateway.origin}${path}`)).status).toBe(404);
    expect(gateway.authorizationServer.seen).toHaveLength(before);
  });

  it('never gets a body over the limit', async () => {
    const response = await fetch(`${gateway.origin}/register`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(response.status).toBe(413);
  });
});

it('tells its health to everybody and its numbers to the inside', async () => {
  expect(await (await fetch(`${gateway.origin}/health`)).json()).toEqual({ ok: true });
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  expect(metrics).toMatch(/bmm_gateway_tool_call_seconds_count\{result="ok"\} \d+/);
  expect(metrics).toContain('bmm_gateway_sandboxes_live');
  expect((await rawRequest('/metrics', { host: 'x', 'x-forwarded-for': '1.2.3.4' })).status).toBe(404);
});

it('keeps serving the first server after all that', async () => {
  const client = await gateway.connect('echo');
  expect((await client.callTool({ name: 'echo', arguments: { text: 'still' } })).isError).toBeFalsy();
  expect((await findServerRoute(gateway.db, 'echo'))?.serverId).toBe(echo.id);
});
