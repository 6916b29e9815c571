import { verifyAccessToken } from '@bmm/auth';
import { deleteExpiredOAuthRows, listRevokedFamilies, schema } from '@bmm/db';
import { eq } from 'drizzle-orm';
import { createLocalJWKSet } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cookieOf,
  createTestClient,
  ISSUER,
  locationOf,
  makePkce,
  type OAuthTestBed,
  openOAuthTestBed,
  REDIRECT_URI,
  requestIdOf,
  type Tokens,
  urls,
} from './oauth-test-bed.ts';

let bed: OAuthTestBed;
let client: ReturnType<typeof createTestClient>;

beforeAll(async () => {
  bed = await openOAuthTestBed();
  client = createTestClient(bed);
  const ada = await bed.addUser('ada');
  await bed.addUser('bob');
  await bed.addServer(ada, 'echo');
  await bed.addServer(ada, 'other');
});
afterAll(() => bed[Symbol.asyncDispose]());

async function verify(token: string, slug: string) {
  const jwks = createLocalJWKSet((await bed.app.inject('/oauth/jwks')).json());
  const verdict = await verifyAccessToken(token, { jwks, issuer: ISSUER, audience: urls.mcpUrl(slug), now: bed.now() });
  if (verdict.ok && (await listRevokedFamilies(bed.db, bed.now())).includes(verdict.claims.familyId)) return 'revoked';
  return verdict.ok ? 'ok' : verdict.refusal;
}

const auditActions = async () =>
  (await bed.db.select().from(schema.auditEvent)).map((row) => [row.action, row.metadata]);

test('a server whose slug stands in the host is found by that host', async () => {
  await using hosted = await openOAuthTestBed({
    issuer: 'https://mcp.example.com',
    template: 'https://{slug}.mcp.example.com/mcp',
  });
  await hosted.addServer(await hosted.addUser('ada'), 'echo');
  const ask = (host: string) =>
    hosted.app.inject({ url: '/.well-known/oauth-protected-resource/mcp', headers: { host } });
  expect((await ask('echo.mcp.example.com')).json()).toMatchObject({
    resource: 'https://echo.mcp.example.com/mcp',
    authorization_servers: ['https://mcp.example.com'],
  });
  expect((await ask('none.mcp.example.com')).statusCode).toBe(404);
  expect((await ask('mcp.example.com')).statusCode).toBe(404);
});

describe('the whole way', () => {
  test('register → authorize → consent → code → token → refresh → revoke', async () => {
    const pkce = makePkce();
    const clientId = await client.register(['http://127.0.0.1/callback'], 'Claude Code (echo)');
    const started = await client.authorize({
      ...client.authorizeParams(clientId, 'echo', pkce),
      redirect_uri: 'http://127.0.0.1:53111/callback',
      scope: ' mcp offline_access',
      prompt: 'consent',
    });
    expect(started.statusCode).toBe(303);
    expect(locationOf(started)).toMatch(/^http:\/\/localhost:3000\/consent\?request=arq_/);
    const id = requestIdOf(started);

    const page = await bed.app.inject({ url: `/v1/oauth/requests/${id}`, headers: { cookie: 'session=ada' } });
    expect(page.statusCode).toBe(200);
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.json()).toEqual({
      id,
      client: { name: 'Claude Code (echo)', id: clientId },
      redirectHost: '127.0.0.1:53111',
      redirectIsLoopback: true,
      server: { name: 'Server echo', slug: 'echo', mcpUrl: urls.mcpUrl('echo'), organization: 'ada' },
      scopes: [{ name: 'mcp', description: expect.any(String) }],
      user: { email: 'ada@example.com' },
      expiresAt: expect.any(String),
    });

    const back = await client.followDecision(await client.decide(id, 'ada'), cookieOf(started));
    expect(back.statusCode).toBe(303);
    const location = new URL(locationOf(back));
    expect(location.origin + location.pathname).toBe('http://127.0.0.1:53111/callback');
    expect(location.searchParams.get('state')).toBe('st');
    expect(location.searchParams.get('iss')).toBe(ISSUER);
    const code = location.searchParams.get('code') ?? '';

    const issued = await client.redeem(clientId, code, pkce, { redirect_uri: 'http://127.0.0.1:53111/callback' });
    expect(issued.statusCode).toBe(200);
    expect(issued.headers['cache-control']).toBe('no-store');
    const tokens = issued.json<Tokens>();
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'mcp' });
    expect(await verify(tokens.access_token, 'echo')).toBe('ok');
    expect(await verify(tokens.access_token, 'other')).toBe('wrong_audience');

    const next = (
      await client.refresh(clientId, tokens.refresh_token, { resource: urls.mcpUrl('echo') })
    ).json<Tokens>();
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(await verify(next.access_token, 'echo')).toBe('ok');

    const revoked = await client.form('/oauth/revoke', { client_id: clientId, token: next.refresh_token });
    expect(revoked.statusCode).toBe(200);
    expect(await verify(next.access_token, 'echo')).toBe('revoked');
    expect((await client.refresh(clientId, next.refresh_token)).json()).toMatchObject({ error: 'invalid_grant' });
    const actions = (await auditActions()).map(([action]) => action);
    expect(actions).toEqual(expect.arrayContaining(['oauth.consent.approved', 'oauth.tokens.revoked']));
  });

  test('nothing secret is stored as it was given out', async () => {
    const { tokens } = await client.connect('echo', 'ada');
    const dump = JSON.stringify([
      await bed.db.select().from(schema.oauthCode),
      await bed.db.select().from(schema.oauthRefreshToken),
      await bed.db.select().from(schema.oauthAuthorizationRequest),
      await bed.db.select().from(schema.oauthSigningKey),
    ]);
    expect(dump).not.toContain(tokens.refresh_token);
    expect(dump).not.toContain('"d"');
  });

  test('a denial comes back as access_denied with iss and gives no code', async () => {
    const started = await client.authorize(client.authorizeParams(await client.register(), 'echo', makePkce()));
    const back = await client.followDecision(
      await client.decide(requestIdOf(started), 'ada', false),
      cookieOf(started),
    );
    const answer = new URL(locationOf(back)).searchParams;
    expect([answer.get('error'), answer.get('iss'), answer.get('code'), answer.get('state')]).toEqual([
      'access_denied',
      ISSUER,
      null,
      'st',
    ]);
  });

  test('the aliases at the root serve the same endpoints, and the token endpoint takes JSON as well', async () => {
    const pkce = makePkce();
    const registered = await bed.app.inject({
      method: 'POST',
      url: '/register',
      payload: { redirect_uris: [REDIRECT_URI] },
    });
    expect(registered.statusCode).toBe(201);
    const { client_id: clientId } = registered.json<{ client_id: string }>();
    const query = new URLSearchParams(client.authorizeParams(clientId, 'echo', pkce));
    const started = await bed.app.inject(`/authorize?${query}`);
    const back = await client.followDecision(await client.decide(requestIdOf(started), 'ada'), cookieOf(started));
    const code = new URL(locationOf(back)).searchParams.get('code');
    const payload = { grant_type: 'authorization_code', client_id: clientId, code, code_verifier: pkce.verifier };
    expect((await bed.app.inject({ method: 'POST', url: '/token', payload })).statusCode).toBe(200);
  });
});

describe('a code', () => {
  test('O01: redeemed by another client is refused, burnt and written down', async () => {
    const pkce = makePkce();
    const victim = await client.register();
    const code = await client.getCode(victim, 'echo', 'ada', pkce);
    const stolen = await client.redeem(await client.register(), code, makePkce());
    expect([stolen.statusCode, stolen.json().error]).toEqual([400, 'invalid_grant']);
    expect((await client.redeem(victim, code, pkce)).statusCode).toBe(400);
    expect(await auditActions()).toContainEqual([
      'oauth.tokens.revoked',
      expect.objectContaining({ reason: 'wrong_client' }),
    ]);
  });

  test('O02: with another session’s verifier is refused', async () => {
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', makePkce());
    expect((await client.redeem(clientId, code, makePkce())).json().error).toBe('invalid_grant');
  });

  test('O03: used twice revokes everything that came of the first use', async () => {
    const pkce = makePkce();
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', pkce);
    const first = (await client.redeem(clientId, code, pkce)).json<Tokens>();
    expect(await verify(first.access_token, 'echo')).toBe('ok');
    const second = await client.redeem(clientId, code, pkce);
    expect([second.statusCode, second.json().error]).toEqual([400, 'invalid_grant']);
    expect(await verify(first.access_token, 'echo')).toBe('revoked');
    expect((await client.refresh(clientId, first.refresh_token)).json().error).toBe('invalid_grant');
  });

  test('O04: that nobody was given harms nobody', async () => {
    const pkce = makePkce();
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', pkce);
    expect((await client.redeem(clientId, `${code.slice(0, -4)}junk`, pkce)).json().error).toBe('invalid_grant');
    expect((await client.redeem(clientId, code, pkce)).statusCode).toBe(200);
  });

  test('O05: redeemed by several at once gives tokens to exactly one, and they do not outlive the replay', async () => {
    const pkce = makePkce();
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', pkce);
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.redeem(clientId, code, pkce)));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 400, 400, 400]);
    const winner = answers.find((answer) => answer.statusCode === 200)?.json<Tokens>();
    expect((await client.refresh(clientId, winner?.refresh_token ?? '')).json().error).toBe('invalid_grant');
  });

  test('O06: is dead after a minute', async () => {
    const pkce = makePkce();
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', pkce);
    bed.advanceMs(61_000);
    expect((await client.redeem(clientId, code, pkce)).json().error).toBe('invalid_grant');
  });

  test.each([
    ['O11: without a verifier', { code_verifier: '' }, 'invalid_grant'],
    ['O12: with a short verifier', { code_verifier: 'a'.repeat(42) }, 'invalid_request'],
    ['O12: with a long verifier', { code_verifier: 'a'.repeat(129) }, 'invalid_request'],
    ['O12: with an illegal verifier', { code_verifier: `${'a'.repeat(43)}!` }, 'invalid_request'],
    ['O23: with another redirect URI', { redirect_uri: 'https://client.example/other' }, 'invalid_grant'],
    ['O63: for another server', { resource: urls.mcpUrl('other') }, 'invalid_target'],
    ['O62: for two servers', { resource: [urls.mcpUrl('echo'), urls.mcpUrl('other')] }, 'invalid_target'],
    ['with a repeated parameter', { code_verifier: ['a'.repeat(43), 'b'.repeat(43)] }, 'invalid_request'],
    ['of a client that is not registered', { client_id: 'mcp_unknown' }, 'invalid_client'],
    ['of nobody', { client_id: '' }, 'invalid_client'],
  ])('%s is refused', async (_, change, error) => {
    const pkce = makePkce();
    const clientId = await client.register();
    const code = await client.getCode(clientId, 'echo', 'ada', pkce);
    const answer = await client.redeem(clientId, code, pkce, change);
    expect([answer.json().error, answer.statusCode]).toEqual([error, error === 'invalid_client' ? 401 : 400]);
  });
});

describe('a refresh token', () => {
  test('O27: used again after the grace ends its connection and writes it down', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    const newest = (await client.refresh(clientId, tokens.refresh_token)).json<Tokens>();
    const unrelated = await client.connect('echo', 'ada');
    bed.advanceMs(600_001);
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
    expect(await verify(newest.access_token, 'echo')).toBe('revoked');
    expect((await client.refresh(clientId, newest.refresh_token)).json().error).toBe('invalid_grant');
    expect(await auditActions()).toContainEqual([
      'oauth.tokens.revoked',
      expect.objectContaining({ reason: 'replayed', clientId }),
    ]);
    expect((await client.refresh(unrelated.clientId, unrelated.tokens.refresh_token)).statusCode).toBe(200);
  });

  test('O28: used by several at once gives all of them the same successor, and the family lives', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.refresh(clientId, tokens.refresh_token)));
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200]);
    const [successor, ...others] = new Set(answers.map((answer) => answer.json<Tokens>().refresh_token));
    expect(others).toEqual([]);
    expect((await client.refresh(clientId, successor ?? '')).statusCode).toBe(200);
  });

  test('O27: whose successor was used ends its connection, also within the grace', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    const second = (await client.refresh(clientId, tokens.refresh_token)).json<Tokens>();
    const third = (await client.refresh(clientId, second.refresh_token)).json<Tokens>();
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
    expect((await client.refresh(clientId, third.refresh_token)).json().error).toBe('invalid_grant');
    expect(await verify(third.access_token, 'echo')).toBe('revoked');
  });

  test('O29: of another client is refused and its family revoked', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    const stranger = await client.register();
    expect((await client.refresh(stranger, tokens.refresh_token)).json().error).toBe('invalid_grant');
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
    expect(await verify(tokens.access_token, 'echo')).toBe('revoked');
  });

  test('O30: cannot be widened in scope or resource', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    expect((await client.refresh(clientId, tokens.refresh_token, { scope: 'mcp admin' })).json().error).toBe(
      'invalid_scope',
    );
    const other = { resource: urls.mcpUrl('other') };
    expect((await client.refresh(clientId, tokens.refresh_token, other)).json().error).toBe('invalid_target');
    const fine = await client.refresh(clientId, tokens.refresh_token, { scope: 'mcp offline_access' });
    expect(fine.json()).toMatchObject({ scope: 'mcp' });
  });

  test('O31: gives nothing once the person left the organisation, or the server was paused, taken down or deleted', async () => {
    const { clientId, tokens } = await client.connect('other', 'ada');
    const setState = (state: 'live' | 'paused' | 'taken_down') =>
      bed.db.update(schema.server).set({ state }).where(eq(schema.server.slug, 'other'));
    await setState('paused');
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_target');
    await setState('taken_down');
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
    await setState('live');
    const carol = await bed.addUser('carol');
    await bed.addServer(carol, 'carols');
    const hers = await client.connect('carols', 'carol');
    await bed.db.delete(schema.member).where(eq(schema.member.userId, 'carol'));
    expect((await client.refresh(hers.clientId, hers.tokens.refresh_token)).json().error).toBe('invalid_grant');
    await bed.db.delete(schema.server).where(eq(schema.server.slug, 'other'));
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
  });

  test('ends a month after its last use', async () => {
    const { clientId, tokens } = await client.connect('echo', 'ada');
    bed.advanceMs(30 * 86_400_000);
    expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
  });
});

test('O70: a revocation of a foreign or unknown token answers 200 and does nothing; an access token ends its connection', async () => {
  const { clientId, tokens } = await client.connect('echo', 'ada');
  const stranger = await client.register();
  for (const token of [tokens.refresh_token, tokens.access_token, 'unknown'])
    expect((await client.form('/oauth/revoke', { client_id: stranger, token })).statusCode).toBe(200);
  expect(await verify(tokens.access_token, 'echo')).toBe('ok');
  await client.form('/oauth/revoke', { client_id: clientId, token: tokens.access_token });
  expect(await verify(tokens.access_token, 'echo')).toBe('revoked');
  expect((await client.refresh(clientId, tokens.refresh_token)).json().error).toBe('invalid_grant');
  expect((await client.form('/oauth/revoke', { client_id: clientId })).json().error).toBe('invalid_request');
});

test.each(['password', 'client_credentials', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'])(
  'O77: the grant %s is not supported',
  async (grantType) => {
    const answer = await client.form('/oauth/token', {
      grant_type: grantType,
      client_id: await client.register(),
      username: 'a',
      password: 'b',
    });
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'unsupported_grant_type']);
  },
);

test('the sweep deletes what has ended and keeps clients with a grant', async () => {
  const unused = await client.register();
  const { clientId } = await client.connect('echo', 'ada');
  bed.advanceMs(31 * 86_400_000);
  const fresh = await client.register();
  const now = bed.now();
  await deleteExpiredOAuthRows(bed.db, { now, unusedClientsBefore: new Date(now.getTime() - 30 * 86_400_000) });
  const clients = (await bed.db.select().from(schema.oauthClient)).map((row) => row.id);
  expect(clients).toEqual(expect.arrayContaining([clientId, fresh]));
  expect(clients).not.toContain(unused);
  for (const table of [
    schema.oauthCode,
    schema.oauthRefreshToken,
    schema.oauthAuthorizationRequest,
    schema.oauthRevokedFamily,
  ])
    expect(await bed.db.select().from(table)).toEqual([]);
});
