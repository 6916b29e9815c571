import { schema } from '@bmm/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OAUTH_RATE_LIMITS } from './constants.ts';
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
  urls,
  WEB,
} from './oauth-test-bed.ts';

let bed: OAuthTestBed;
let client: ReturnType<typeof createTestClient>;
let clientId: string;
const pkce = makePkce();

beforeAll(async () => {
  bed = await openOAuthTestBed();
  client = createTestClient(bed);
  const ada = await bed.addUser('ada');
  await bed.addUser('bob');
  await bed.addServer(ada, 'echo');
  await bed.addServer(ada, 'echo2');
  clientId = await client.register([REDIRECT_URI, 'http://127.0.0.1/callback']);
});
afterAll(() => bed[Symbol.asyncDispose]());

type Change = Record<string, string | string[] | undefined>;
const authorize = (change: Change = {}) =>
  client.authorize({ ...client.authorizeParams(clientId, 'echo', pkce), ...change });
const start = () => client.authorize(client.authorizeParams(clientId, 'echo', pkce));

async function expectPage(change: Change) {
  const response = await authorize(change);
  expect(response.statusCode).toBe(400);
  expect(response.headers.location).toBeUndefined();
  expect(response.headers['set-cookie']).toBeUndefined();
  expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
  return response;
}

async function expectErrorRedirect(change: Change): Promise<string | null> {
  const response = await authorize(change);
  expect(response.statusCode).toBe(303);
  const location = new URL(locationOf(response));
  expect(location.origin + location.pathname).toBe(REDIRECT_URI);
  expect(location.searchParams.get('iss')).toBe(ISSUER);
  expect(location.searchParams.get('code')).toBeNull();
  return location.searchParams.get('error');
}

describe('authorize answers with a page and never with a redirect for', () => {
  test.each<[string, Change]>([
    ['O13: another host', { redirect_uri: 'https://evil.test/cb' }],
    ['O14: a suffix', { redirect_uri: 'https://client.example.evil.test/cb' }],
    ['O15: a path traversal', { redirect_uri: 'https://client.example/cb/../open?u=' }],
    ['O16: an extra query', { redirect_uri: `${REDIRECT_URI}?x=1` }],
    ['O16: a fragment', { redirect_uri: `${REDIRECT_URI}#x` }],
    ['O17: a backslash', { redirect_uri: 'https://client.example\\@evil.test/cb' }],
    ['O17: a host behind a fragment', { redirect_uri: 'https://evil.test#@client.example' }],
    ['O17: a zero byte', { redirect_uri: 'https://client.example%00.evil.test/cb' }],
    ['O17: a tab', { redirect_uri: 'https://client.example/c\tb' }],
    ['O17: a new line', { redirect_uri: 'https://client.example/cb\n' }],
    ['O18: another case and port', { redirect_uri: 'HTTPS://Client.Example:443/cb' }],
    ['O20: a loopback prefix', { redirect_uri: 'http://127.0.0.1.evil.test:1/callback' }],
    ['O20: a loopback user', { redirect_uri: 'http://127.0.0.1@evil.test/' }],
    ['O20: a short loopback', { redirect_uri: 'http://127.1:1/callback' }],
    ['O20: localhost for 127.0.0.1', { redirect_uri: 'http://localhost:1/callback' }],
    ['O21: two redirect URIs', { redirect_uri: [REDIRECT_URI, REDIRECT_URI] }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['O51: another error with a bad redirect URI', { redirect_uri: 'https://evil.test/', scope: 'nope' }],
    ['an unknown client', { client_id: 'mcp_unknown' }],
    ['a client id that is none', { client_id: "' or 1=1 --" }],
    ['no client', { client_id: undefined }],
    ['two clients', { client_id: ['mcp_a', 'mcp_b'] }],
  ])('%s', async (_, change) => {
    await expectPage(change);
  });

  test('O24: a redirect URI that an older rule let in', async () => {
    const id = 'mcp_old';
    await bed.db
      .insert(schema.oauthClient)
      .values({ id, name: 'old', redirectUris: ['javascript:alert(1)', 'http://client.example/cb'] });
    for (const redirect_uri of ['javascript:alert(1)', 'http://client.example/cb'])
      await expectPage({ client_id: id, redirect_uri });
  });

  test('O36, O54: and the page cannot be framed, loads nothing, is not cached and sends no referrer', async () => {
    const { headers, body } = await expectPage({ client_id: '"><script>alert(1)</script>' });
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
    expect(body).not.toContain('<script>');
    expect(body).not.toMatch(/src=|href=/);
  });
});

describe('authorize sends an error to the registered redirect URI for', () => {
  test.each<[string, Change, string]>([
    ['O07: a missing challenge', { code_challenge: undefined }, 'invalid_request'],
    ['O08: the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['O09: a missing method', { code_challenge_method: undefined }, 'invalid_request'],
    ['O10: an empty challenge', { code_challenge: '' }, 'invalid_request'],
    ['a challenge of another length', { code_challenge: 'abc' }, 'invalid_request'],
    ['O62: a missing resource', { resource: undefined }, 'invalid_target'],
    ['O62: a resource on another host', { resource: 'https://evil.test/s/echo/mcp' }, 'invalid_target'],
    ['O62: two resources', { resource: [urls.mcpUrl('echo'), urls.mcpUrl('echo2')] }, 'invalid_target'],
    ['O62: the issuer as resource', { resource: ISSUER }, 'invalid_target'],
    ['O62: a server that does not exist', { resource: urls.mcpUrl('nobody') }, 'invalid_target'],
    ['O61: a resource with a slash', { resource: `${urls.mcpUrl('echo')}/` }, 'invalid_target'],
    [
      'O61: a resource in another case',
      { resource: urls.mcpUrl('echo').replace('localhost', 'LOCALHOST') },
      'invalid_target',
    ],
    ['O61: a resource with a query', { resource: `${urls.mcpUrl('echo')}?x=1` }, 'invalid_target'],
    ['O76: response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['O76: response_type=id_token', { response_type: 'id_token' }, 'unsupported_response_type'],
    ['O76: response_mode=fragment', { response_mode: 'fragment' }, 'unsupported_response_type'],
    ['O76: response_mode=form_post', { response_mode: 'form_post' }, 'unsupported_response_type'],
    ['a missing response_type', { response_type: undefined }, 'invalid_request'],
    ['a repeated parameter', { code_challenge_method: ['S256', 'S256'] }, 'invalid_request'],
    ['an unknown scope', { scope: 'mcp admin' }, 'invalid_scope'],
    ['prompt=none', { prompt: 'none' }, 'interaction_required'],
    ['a request object', { request: 'eyJ' }, 'request_not_supported'],
    ['a state with a zero byte', { state: 'a\u0000' }, 'invalid_request'],
  ])('%s', async (_, change, error) => {
    expect(await expectErrorRedirect(change)).toBe(error);
  });

  test.each(['paused', 'taken_down'] as const)('a server that is %s', async (state) => {
    await bed.db.update(schema.server).set({ state }).where(eq(schema.server.slug, 'echo2'));
    expect(await expectErrorRedirect({ resource: urls.mcpUrl('echo2') })).toBe('invalid_target');
  });
});

describe('authorize accepts', () => {
  test.each<[string, Change]>([
    ['O19: any port of a loopback address', { redirect_uri: 'http://127.0.0.1:53111/callback' }],
    ['an empty scope', { scope: '' }],
    ['no scope', { scope: undefined }],
    ['a leading space and offline_access', { scope: ' offline_access' }],
    ['prompt=consent', { prompt: 'consent' }],
    ['unknown parameters', { nonce: 'x', audience: 'y' }],
  ])('%s', async (_, change) => {
    const response = await authorize(change);
    expect(locationOf(response)).toMatch(/^http:\/\/localhost:3000\/consent\?request=arq_[0-9a-z]{24}$/);
    expect(response.headers['set-cookie']).toMatch(
      /^bmm_authz_arq_\w+=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });
});

describe('consent', () => {
  const view = (id: string, user?: string) =>
    bed.app.inject({
      url: `/v1/oauth/requests/${id}`,
      headers: user === undefined ? {} : { cookie: `session=${user}` },
    });

  test('401: nobody is signed in', async () => {
    const id = requestIdOf(await start());
    expect((await view(id)).statusCode).toBe(401);
    expect((await client.decide(id, 'nobody')).statusCode).toBe(401);
  });

  test('404 same as missing: for somebody who may not use the server', async () => {
    const id = requestIdOf(await start());
    const missing = `arq_${'0'.repeat(24)}`;
    const [foreign, none] = [await view(id, 'bob'), await view(missing, 'bob')];
    expect(foreign.statusCode).toBe(404);
    expect({ ...foreign.json(), instance: '' }).toEqual({ ...none.json(), instance: '' });
    expect((await client.decide(id, 'bob')).statusCode).toBe(404);
    expect((await view('%00', 'bob')).statusCode).toBe(404);
    expect((await client.decide(id, 'ada')).statusCode).toBe(200);
  });

  test('O37: a decision from another site, or from none, is refused; looking never decides', async () => {
    const id = requestIdOf(await start());
    for (const origin of ['https://evil.test', 'http://localhost:4100', 'null', ''])
      expect((await client.decide(id, 'ada', true, origin)).statusCode).toBe(403);
    expect(
      (await bed.app.inject({ url: `/v1/oauth/requests/${id}/decision`, headers: { cookie: 'session=ada' } }))
        .statusCode,
    ).toBe(404);
    await view(id, 'ada');
    const [row] = await bed.db
      .select()
      .from(schema.oauthAuthorizationRequest)
      .where(eq(schema.oauthAuthorizationRequest.id, id));
    expect(row?.decision).toBeNull();
  });

  test('O38: a client’s name is shown as plain visible text beside its redirect host', async () => {
    const id = await client.register([REDIRECT_URI], 'Claude\u202E Desktop\u0000 <b>(verified)</b>\n');
    const started = await client.authorize({ ...client.authorizeParams(id, 'echo', pkce) });
    const shown = (await view(requestIdOf(started), 'ada')).json();
    expect(shown.client.name).toBe('Claude Desktop <b>(verified)</b>');
    expect(shown.redirectHost).toBe('client.example');
  });

  test('O41: what is granted is what was parked, whatever the form says', async () => {
    const id = requestIdOf(await start());
    const response = await bed.app.inject({
      method: 'POST',
      url: `/v1/oauth/requests/${id}/decision`,
      headers: { cookie: 'session=ada', origin: WEB },
      payload: { approve: true, scopes: ['mcp', 'admin'] },
    });
    expect(response.statusCode).toBe(400);
  });

  test('O32: a client that was approved before is asked again, and so is another with its name', async () => {
    await client.connect('echo', 'ada');
    const again = await client.authorize(client.authorizeParams(await client.register(), 'echo', pkce));
    expect(locationOf(again)).toContain('/consent?request=');
  });

  test('O79: a request is decided once, and not after ten minutes', async () => {
    const started = await start();
    const id = requestIdOf(started);
    const decided = await client.decide(id, 'ada');
    expect((await client.decide(id, 'ada')).statusCode).toBe(400);
    expect((await view(id, 'ada')).statusCode).toBe(404);
    expect((await client.followDecision(decided, cookieOf(started))).statusCode).toBe(303);
    expect((await client.followDecision(decided, cookieOf(started))).statusCode).toBe(400);
    const late = requestIdOf(await start());
    bed.advanceMs(600_000);
    expect((await client.decide(late, 'ada')).statusCode).toBe(404);
  });

  test('two decisions at once: one counts', async () => {
    const id = requestIdOf(await start());
    const answers = await Promise.all([client.decide(id, 'ada', true), client.decide(id, 'ada', false)]);
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 400]);
  });
});

describe('the way back', () => {
  test('is closed to a browser that did not start the request, and stays open to the one that did', async () => {
    const started = await start();
    const decided = await client.decide(requestIdOf(started), 'ada');
    for (const cookie of [undefined, cookieOf(started).replace(/=.*/, '=forged'), cookieOf(await start())]) {
      const response = await client.followDecision(decided, cookie);
      expect([response.statusCode, response.headers.location]).toEqual([400, undefined]);
    }
    const wrongTicket = `/oauth/continue/${requestIdOf(started)}?ticket=wrong`;
    expect((await bed.app.inject({ url: wrongTicket, headers: { cookie: cookieOf(started) } })).statusCode).toBe(400);
    const undecided = await start();
    const early = {
      url: `/oauth/continue/${requestIdOf(undecided)}?ticket=x`,
      headers: { cookie: cookieOf(undecided) },
    };
    expect((await bed.app.inject(early)).statusCode).toBe(400);
    expect((await client.followDecision(decided, cookieOf(started))).statusCode).toBe(303);
  });

  test('O53, O54: is a 303 without cache and referrer that ends the cookie', async () => {
    const started = await start();
    const back = await client.followDecision(await client.decide(requestIdOf(started), 'ada'), cookieOf(started));
    expect(back.statusCode).toBe(303);
    expect(back.headers['cache-control']).toBe('no-store');
    expect(back.headers['referrer-policy']).toBe('no-referrer');
    expect(back.headers['set-cookie']).toContain('Max-Age=0');
  });

  test('O25: carries iss with the code, and keeps the query of the redirect URI', async () => {
    const redirectUri = `${REDIRECT_URI}?keep=1`;
    const id = await client.register([redirectUri]);
    const started = await client.authorize({
      ...client.authorizeParams(id, 'echo', pkce),
      redirect_uri: redirectUri,
      state: 'a b&c=ü',
    });
    const back = await client.followDecision(await client.decide(requestIdOf(started), 'ada'), cookieOf(started));
    const params = new URL(locationOf(back)).searchParams;
    expect([params.get('keep'), params.get('iss'), params.get('state')]).toEqual(['1', ISSUER, 'a b&c=ü']);
    expect(params.get('code')).toMatch(/^[\w-]{43}$/);
  });

  test('gives access_denied to somebody who lost access after the decision', async () => {
    const dave = await bed.addUser('dave');
    await bed.addServer(dave, 'daves');
    const started = await client.authorize(client.authorizeParams(clientId, 'daves', pkce));
    const decided = await client.decide(requestIdOf(started), 'dave');
    await bed.db.delete(schema.member).where(eq(schema.member.userId, 'dave'));
    const back = await client.followDecision(decided, cookieOf(started));
    expect(new URL(locationOf(back)).searchParams.get('error')).toBe('access_denied');
    expect(await bed.db.select().from(schema.oauthGrant).where(eq(schema.oauthGrant.userId, 'dave'))).toEqual([]);
  });

  test('has a __Host- cookie with Secure and without Domain on https', async () => {
    await using secure = await openOAuthTestBed({ secureCookies: true });
    const other = createTestClient(secure);
    await secure.addServer(await secure.addUser('eve'), 'echo');
    const started = await other.authorize(other.authorizeParams(await other.register(), 'echo', pkce));
    expect(started.headers['set-cookie']).toMatch(
      /^__Host-bmm_authz_arq_\w+=\S+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const back = await other.followDecision(await other.decide(requestIdOf(started), 'eve'), cookieOf(started));
    expect(back.statusCode).toBe(303);
  });
});

describe('discovery', () => {
  test('O25, O26, O75: names the configured issuer whatever host was asked, and promises only what is done', async () => {
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test' };
    for (const url of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
      const response = await bed.app.inject({ url, headers });
      expect(response.body).not.toContain('evil.test');
      expect(response.json()).toMatchObject({
        issuer: ISSUER,
        code_challenge_methods_supported: ['S256'],
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_methods_supported: ['none'],
        authorization_response_iss_parameter_supported: true,
      });
    }
    expect((await bed.app.inject('/.well-known/oauth-authorization-server/tenant')).statusCode).toBe(404);
  });

  test('a server’s document repeats its URL to the letter; a server that is not there gives a problem', async () => {
    const response = await bed.app.inject('/.well-known/oauth-protected-resource/s/echo/mcp');
    expect(response.json()).toEqual({
      resource: `${ISSUER}/s/echo/mcp`,
      authorization_servers: [ISSUER],
      scopes_supported: ['mcp'],
      bearer_methods_supported: ['header'],
      resource_name: 'Server echo',
    });
    for (const slug of ['nobody', 'ECHO', '..', '%00']) {
      const missing = await bed.app.inject(`/.well-known/oauth-protected-resource/s/${slug}/mcp`);
      expect([missing.statusCode, missing.json().code]).toEqual([404, 'not_found']);
    }
  });

  test('O73: any origin may read the public endpoints, without credentials; the ones with a cookie give no leave', async () => {
    const evil = { origin: 'https://evil.test' };
    const publicUrls = [
      '/.well-known/oauth-authorization-server',
      '/oauth/jwks',
      '/oauth/token',
      '/oauth/register',
      '/oauth/revoke',
      '/token',
      '/register',
    ];
    for (const url of publicUrls) {
      const preflight = await bed.app.inject({
        method: 'OPTIONS',
        url,
        headers: { ...evil, 'access-control-request-method': 'POST' },
      });
      expect([url, preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([url, 204, '*']);
      expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    }
    const failed = await bed.app.inject({ method: 'POST', url: '/oauth/token', headers: evil, payload: {} });
    expect([failed.statusCode, failed.headers['access-control-allow-origin']]).toEqual([400, '*']);
    for (const url of ['/oauth/authorize', '/v1/oauth/requests/x', '/oauth/continue/x']) {
      const response = await bed.app.inject({ url, headers: evil });
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('registration', () => {
  const register = (payload: unknown) =>
    bed.app.inject({
      method: 'POST',
      url: '/oauth/register',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });

  test('201: gives a public client, whatever was asked', async () => {
    const response = await register({
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'http://localhost:8787/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
      ],
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      application_type: 'web',
      scope: 'read write',
      jwks_uri: 'http://169.254.169.254/',
      logo_uri: 'http://169.254.169.254/',
    });
    expect(response.statusCode).toBe(201);
    expect(response.headers['cache-control']).toBe('no-store');
    const body = response.json();
    expect(body).toMatchObject({
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      client_name: 'Cursor',
    });
    expect(body.redirect_uris).toHaveLength(3);
    expect(body).not.toHaveProperty('client_secret');
    expect(response.body).not.toContain('169.254');
  });

  test.each([
    ['O22: a script', ['javascript:alert(1)']],
    ['O22: mixed case', ['JaVaScRiPt:alert(1)']],
    ['O22: data', ['data:text/html,x']],
    ['O22: a file', ['file:///x']],
    ['O22: plain http', ['http://client.example/cb']],
    ['O22: a control character', ['\u0001https://client.example/cb']],
    ['one bad among good ones', [REDIRECT_URI, 'blob:x']],
    ['none', []],
    ['too many', Array.from({ length: 21 }, () => REDIRECT_URI)],
    ['no list', 'https://client.example/cb'],
    ['no text', [1]],
  ])('400: redirect URIs with %s', async (_, redirect_uris) => {
    const response = await register({ redirect_uris });
    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_redirect_uri']);
  });

  test('O50: 400 or plain text for odd metadata, never a failure of ours', async () => {
    const odd = await register({
      redirect_uris: [REDIRECT_URI],
      client_name: { a: 1 },
      client_uri: 'x\u0000\ny',
      software_id: 7,
    });
    expect(odd.json()).toMatchObject({ client_name: 'Unnamed client (client.example)', client_uri: 'x y' });
    for (const payload of ['{', '[]', '"x"', 'null', '']) {
      const response = await bed.app.inject({
        method: 'POST',
        url: '/oauth/register',
        headers: { 'content-type': 'application/json' },
        payload,
      });
      expect([payload, response.statusCode, typeof response.json().error]).toEqual([payload, 400, 'string']);
    }
    const large = await register({ redirect_uris: [REDIRECT_URI], x: 'x'.repeat(70_000) });
    expect([large.statusCode, large.json().error]).toEqual([400, 'invalid_request']);
  });

  test('O66: nothing is read from the query string of the token endpoint', async () => {
    const response = await bed.app.inject({
      method: 'POST',
      url: `/oauth/token?grant_type=authorization_code&client_id=${clientId}&code=x`,
    });
    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_request']);
  });

  test('O49: 429 with Retry-After once an address registers too much', async () => {
    await using flooded = await openOAuthTestBed();
    const call = () => flooded.app.inject({ method: 'POST', url: '/oauth/register', payload: { redirect_uris: [] } });
    for (let count = 0; count < OAUTH_RATE_LIMITS.register.max; count++) expect((await call()).statusCode).toBe(400);
    const refused = await call();
    expect([refused.statusCode, refused.headers['retry-after'], refused.json().error]).toEqual([
      429,
      '60',
      'temporarily_unavailable',
    ]);
    expect((await flooded.app.inject({ method: 'POST', url: '/register', payload: {} })).statusCode).toBe(429);
  });
});
