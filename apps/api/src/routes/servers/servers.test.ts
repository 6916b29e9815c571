import { insertVersion, schema } from '@bmm/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestUser, WEB } from '../../testing/start-test-api.ts';

let api: TestApi;
let ada: TestUser;
let bob: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  ada = await api.signIn('ada@servers.test');
  bob = await api.signIn('bob@servers.test');
});
afterAll(() => api[Symbol.asyncDispose]());

const post = (user: TestUser, url: string, payload: object) => user.request({ method: 'POST', url, payload });
const preview = async (user: TestUser) =>
  (await post(user, '/v1/servers/preview', { prompt: 'Echo what I say and tell the time.' })).json();
let count = 0;
const freshSlug = () => `server-${++count}`;
const create = async (user: TestUser) =>
  (await post(user, '/v1/servers', { name: 'Echo', slug: freshSlug(), prompt: 'echo' })).json();

describe('201', () => {
  test('a server is created from a preview with its first build queued, and the spec is the previewed one', async () => {
    const { previewId, source, spec } = await preview(ada);
    expect(source).toBe('mock');
    expect(spec.tools.map((tool: { name: string }) => tool.name)).toEqual(['echo', 'now']);
    const response = await post(ada, '/v1/servers', { name: 'My echo', slug: 'my-echo', previewId });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({
      server: {
        name: 'My echo',
        slug: 'my-echo',
        state: 'draft',
        version: null,
        mcpUrl: 'http://localhost:4100/s/my-echo/mcp',
      },
      build: { state: 'queued', kind: 'create' },
    });
    const history = (await ada.request({ method: 'GET', url: `/v1/builds/${response.json().build.id}` })).json();
    expect(history.events).toMatchObject([{ seq: 1, type: 'status', state: 'queued' }]);
  });

  test('an edit of names, descriptions and schemas is merged tool by tool', async () => {
    const { previewId, spec } = await preview(ada);
    const tools = [{ name: 'say_again', title: 'Say again' }, spec.tools[1]];
    expect(
      (await post(ada, '/v1/servers', { name: 'Edited', slug: freshSlug(), previewId, specEdit: { tools } }))
        .statusCode,
    ).toBe(201);
  });

  test('a program with an API key may do the same, and the key is shown once', async () => {
    const created = await post(ada, '/v1/api-keys', { name: 'CI' });
    expect(created.statusCode).toBe(201);
    const { key } = created.json();
    expect(key).toMatch(/^bmm_/);
    const listed = await ada.request({ method: 'GET', url: '/v1/api-keys' });
    expect(listed.body).not.toContain(key);
    const response = await api.app.inject({
      method: 'POST',
      url: '/v1/servers',
      headers: { authorization: `Bearer ${key}` },
      payload: { name: 'By key', slug: freshSlug(), prompt: 'echo' },
    });
    expect(response.statusCode).toBe(201);
    const revoked = await ada.request({ method: 'DELETE', url: `/v1/api-keys/${created.json().apiKey.id}` });
    expect(revoked.statusCode).toBe(204);
    expect(
      (await api.app.inject({ method: 'GET', url: '/v1/servers', headers: { authorization: `Bearer ${key}` } }))
        .statusCode,
    ).toBe(401);
  });
});

describe('400', () => {
  test.each([
    ['an empty prompt', { prompt: '   ' }],
    ['a prompt of 100 kB', { prompt: 'x'.repeat(100_000) }],
    ['a prompt with NUL', { prompt: 'a\u0000b' }],
    ['a prompt with half a surrogate pair', { prompt: 'a\ud800b' }],
    ['no prompt', {}],
    ['a prompt that is no text', { prompt: { $ne: '' } }],
    ['an unknown member', { prompt: 'a', ownerId: 'x' }],
  ])('%s gets a sentence', async (_what, payload) => {
    const response = await post(ada, '/v1/servers/preview', payload);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({
      code: 'validation_failed',
      status: 400,
      instance: '/v1/servers/preview',
      detail: expect.stringMatching(/\w+/),
    });
  });

  test('an id with NUL, which the database refuses to look up, gets a sentence as well', async () => {
    const response = await ada.request({ method: 'GET', url: '/v1/servers/srv%00' });
    expect(response.json()).toMatchObject({ code: 'validation_failed', status: 400 });
  });

  test('a body that nests so deeply that no schema can walk it', async () => {
    const { previewId } = await preview(ada);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const response = await ada.request({
      method: 'POST',
      url: '/v1/servers',
      payload: `{"name":"E","slug":"${freshSlug()}","previewId":"${previewId}","specEdit":{"tools":[{"exampleArguments":{"a":${deep}}},{}]}}`,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.json()).toMatchObject({ code: 'validation_failed', status: 400 });
  });

  test('malformed JSON is named as such', async () => {
    const response = await ada.request({
      method: 'POST',
      url: '/v1/servers',
      payload: '{"name":',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'malformed_json' });
  });

  test('an edit of what cannot be edited, such as the implementation, is refused', async () => {
    const { previewId, spec } = await preview(ada);
    const edits = [
      { code: 'export const echo = 1' },
      { tools: [{ handler: 'other' }, {}] },
      { allowedHosts: ['evil.test'] },
      { tools: [{ hosts: ['evil.test'] }, spec.tools[1]] },
    ];
    for (const specEdit of edits) {
      const response = await post(ada, '/v1/servers', { name: 'E', slug: freshSlug(), previewId, specEdit });
      expect(response.statusCode, JSON.stringify(specEdit)).toBe(400);
      expect(response.json()).toMatchObject({ code: 'validation_failed' });
    }
  });

  test('owner, state and version cannot be set from outside', async () => {
    const { server } = await create(ada);
    for (const payload of [
      { orgId: 'x' },
      { state: 'live' },
      { activeVersionId: 'x' },
      { slug: 'other' },
      { templateId: 'x' },
    ]) {
      const response = await ada.request({ method: 'PATCH', url: `/v1/servers/${server.id}`, payload });
      expect(response.statusCode, JSON.stringify(payload)).toBe(400);
    }
  });

  test('a spec edit on a fork is refused with a hint at Iterate', async () => {
    const { previewId } = await preview(ada);
    const response = await post(ada, '/v1/servers', {
      name: 'F',
      slug: freshSlug(),
      previewId,
      templateId: 'tpl_x',
      specEdit: { name: 'x' },
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'spec_edit_forbidden_on_fork',
      detail: expect.stringContaining('Iterate'),
    });
  });
});

test('400: a name that shows something else than it says is refused', async () => {
  const { server } = await create(ada);
  for (const name of ['a\u202Eb', 'a\u0007b', 'a\nb', 'a\u200Bb', 'a\u{E0041}b']) {
    const response = await ada.request({ method: 'PATCH', url: `/v1/servers/${server.id}`, payload: { name } });
    expect(response.json(), JSON.stringify(name)).toMatchObject({ code: 'validation_failed', status: 400 });
  }
  const fine = await ada.request({ method: 'PATCH', url: `/v1/servers/${server.id}`, payload: { name: '👩‍🔬 Ünits' } });
  expect(fine.statusCode).toBe(200);
});

test('401: every route asks who it is', async () => {
  for (const [method, url] of [
    ['GET', '/v1/me'],
    ['GET', '/v1/servers'],
    ['POST', '/v1/servers'],
    ['GET', '/v1/servers/x'],
    ['DELETE', '/v1/servers/x'],
    ['POST', '/v1/servers/preview'],
    ['POST', '/v1/servers/preview/stream'],
    ['POST', '/v1/servers/x/iterate'],
    ['GET', '/v1/servers/x/versions'],
    ['GET', '/v1/builds/x'],
    ['POST', '/v1/builds/x/cancel'],
    ['GET', '/v1/api-keys'],
    ['DELETE', '/v1/account'],
  ] as const) {
    const response = await api.app.inject({ method, url, ...(method === 'POST' ? { payload: {} } : {}) });
    expect(response.statusCode, `${method} ${url}`).toBe(401);
    expect(response.json()).toMatchObject({ code: 'unauthorized' });
  }
});

test('403: a request with an effect from another site is refused, cookie or not', async () => {
  const { server } = await create(ada);
  for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { origin: `${WEB}.evil.test` }]) {
    const response = await api.app.inject({
      method: 'DELETE',
      url: `/v1/servers/${server.id}`,
      headers: { cookie: ada.cookie, ...headers },
    });
    expect(response.statusCode).toBe(403);
  }
  const withoutOrigin = await api.app.inject({
    method: 'DELETE',
    url: `/v1/servers/${server.id}`,
    headers: { cookie: ada.cookie, 'sec-fetch-site': 'cross-site' },
  });
  expect(withoutOrigin.statusCode).toBe(403);
  expect((await ada.request({ method: 'GET', url: `/v1/servers/${server.id}` })).statusCode).toBe(200);
});

describe('404 same as missing', () => {
  test("somebody else's server, build and versions look as if they did not exist, byte for byte", async () => {
    const { server, build } = await create(ada);
    for (const [method, mine, missing, payload] of [
      ['GET', `/v1/servers/${server.id}`, '/v1/servers/srv_missing'],
      ['PATCH', `/v1/servers/${server.id}`, '/v1/servers/srv_missing', { name: 'x' }],
      ['DELETE', `/v1/servers/${server.id}`, '/v1/servers/srv_missing'],
      ['GET', `/v1/servers/${server.id}/versions`, '/v1/servers/srv_missing/versions'],
      ['POST', `/v1/servers/${server.id}/versions/1/activate`, '/v1/servers/srv_missing/versions/1/activate', {}],
      ['POST', `/v1/servers/${server.id}/iterate`, '/v1/servers/srv_missing/iterate', { prompt: 'x' }],
      ['GET', `/v1/builds/${build.id}`, '/v1/builds/bld_missing'],
      ['POST', `/v1/builds/${build.id}/cancel`, '/v1/builds/bld_missing/cancel', {}],
    ] as const) {
      const foreign = await bob.request({ method, url: mine, ...(payload ? { payload } : {}) });
      const absent = await bob.request({ method, url: missing, ...(payload ? { payload } : {}) });
      expect(foreign.statusCode, `${method} ${mine}`).toBe(404);
      expect({ ...foreign.json(), instance: '' }).toEqual({ ...absent.json(), instance: '' });
    }
    expect((await ada.request({ method: 'GET', url: `/v1/servers/${server.id}` })).json().server.name).toBe('Echo');
  });
});

describe('409', () => {
  test('a taken slug, also by somebody else and also at the same moment', async () => {
    await post(ada, '/v1/servers', { name: 'A', slug: 'taken', prompt: 'echo' });
    const second = await post(bob, '/v1/servers', { name: 'B', slug: 'taken', prompt: 'echo' });
    expect(second.statusCode).toBe(409);
    expect(second.json()).toMatchObject({ code: 'slug_taken', detail: expect.stringContaining('taken') });
    const race = await Promise.all(
      [ada, bob].map((user) => post(user, '/v1/servers', { name: 'R', slug: 'raced', prompt: 'echo' })),
    );
    expect(race.map((response) => response.statusCode).sort()).toEqual([201, 409]);
    const lists = await Promise.all(
      [ada, bob].map(async (user) => (await user.request({ method: 'GET', url: '/v1/servers' })).json().servers),
    );
    expect(lists.flat().filter((server: { slug: string }) => server.slug === 'raced')).toHaveLength(1);
  });

  test('a second build while one is running', async () => {
    const { server } = await create(ada);
    const response = await post(ada, `/v1/servers/${server.id}/iterate`, { prompt: 'more' });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({ code: 'build_in_progress' });
  });

  test('streaming for a caller that takes JSON only', async () => {
    const response = await ada.request({
      method: 'POST',
      url: '/v1/servers/preview/stream',
      payload: { prompt: 'x' },
      headers: { accept: 'application/json' },
    });
    expect(response.json()).toMatchObject({ code: 'streaming_unavailable', status: 409 });
  });
});

describe('410', () => {
  test('a preview that is unknown, or was made by somebody else, has expired', async () => {
    const { previewId } = await preview(bob);
    for (const id of ['prv_unknown', previewId]) {
      const response = await post(ada, '/v1/servers', { name: 'P', slug: freshSlug(), previewId: id });
      expect(response.json()).toMatchObject({ code: 'preview_expired', status: 410 });
    }
  });

  test('a fork that the platform did not issue', async () => {
    const { previewId } = await preview(ada);
    const response = await post(ada, '/v1/servers', { name: 'F', slug: freshSlug(), previewId, templateId: 'tpl_x' });
    expect(response.json()).toMatchObject({ code: 'fork_ref_expired', status: 410 });
  });
});

test.each([
  ['a path that cannot be decoded', '/v1/servers/%zz'],
  ['an id that is far too long', `/v1/servers/${'a'.repeat(300)}`],
])('404: %s, which the framework refuses before any route, is a problem like every other', async (_what, url) => {
  const response = await ada.request({ method: 'GET', url });
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.json()).toMatchObject({ code: 'not_found', detail: 'There is nothing here.' });
});

test('413: a body of 3 MB is refused', async () => {
  const response = await post(ada, '/v1/servers/preview', { prompt: 'x'.repeat(3 * 1024 * 1024) });
  expect(response.json()).toMatchObject({ code: 'payload_too_large', status: 413 });
});

test('415: JSON sent as text/plain, as forms on other sites can, is refused', async () => {
  const response = await ada.request({
    method: 'POST',
    url: '/v1/servers',
    payload: '{}',
    headers: { 'content-type': 'text/plain' },
  });
  expect(response.json()).toMatchObject({ code: 'unsupported_media_type', status: 415 });
});

describe('422', () => {
  test.each([
    '',
    'Admin',
    'a_b',
    '-a',
    'a/b',
    '..',
    '../admin',
    '%2e',
    'ａ',
    'con\n',
    'a'.repeat(65),
    'admin',
    'oauth',
    'login',
  ])('the slug %j', async (slug) => {
    const response = await post(ada, '/v1/servers', { name: 'S', slug, prompt: 'echo' });
    expect(response.json()).toMatchObject({ code: 'slug_invalid', status: 422 });
  });

  test('an edit with another number of tools, or an illegal tool name', async () => {
    const { previewId, spec } = await preview(ada);
    const fewer = await post(ada, '/v1/servers', {
      name: 'E',
      slug: freshSlug(),
      previewId,
      specEdit: { tools: [spec.tools[0]] },
    });
    expect(fewer.json()).toMatchObject({ code: 'tool_count_mismatch', status: 422 });
    const illegal = await post(ada, '/v1/servers', {
      name: 'E',
      slug: freshSlug(),
      previewId,
      specEdit: { tools: [{ name: 'has space' }, {}] },
    });
    expect(illegal.json()).toMatchObject({ code: 'validation_failed', fields: [{ path: 'specEdit.tools.0.name' }] });
    const twice = await post(ada, '/v1/servers', {
      name: 'E',
      slug: freshSlug(),
      previewId,
      specEdit: { tools: [{ name: 'now' }, {}] },
    });
    expect(twice.json()).toMatchObject({ code: 'spec_invalid' });
  });
});

test('the preview stream sends exactly one spec and ends', async () => {
  const response = await ada.request({
    method: 'POST',
    url: '/v1/servers/preview/stream',
    payload: { prompt: 'echo' },
  });
  expect(response.headers['content-type']).toContain('text/event-stream');
  expect(response.body.match(/^event: (spec|error)$/gm)).toEqual(['event: spec']);
  const data = JSON.parse(/^event: spec\ndata: (.*)$/m.exec(response.body)?.[1] ?? '');
  expect(data).toMatchObject({ source: 'mock', previewId: expect.stringMatching(/^prv_/) });
});

test('an earlier version is made the one that serves, one that does not exist is not, and the acts are written down', async () => {
  const { server } = await create(ada);
  const { spec } = await preview(ada);
  const { organization } = (await ada.request({ method: 'GET', url: '/v1/me' })).json();
  for (const digit of ['a', 'b']) {
    const version = { orgId: organization.id, serverId: server.id, bundleSha256: digit.repeat(64), bundle: 'code' };
    await insertVersion(api.deps.services.db, { ...version, spec, source: 'mock' });
  }
  const activate = (version: number) => post(ada, `/v1/servers/${server.id}/versions/${version}/activate`, {});
  expect((await activate(2)).json().server.version).toBe(2);
  expect((await activate(1)).json().server.version).toBe(1);
  expect((await activate(3)).json()).toMatchObject({ code: 'not_found' });
  const { versions } = (await ada.request({ method: 'GET', url: `/v1/servers/${server.id}/versions` })).json();
  expect(versions.map((one: { version: number; active: boolean }) => [one.version, one.active])).toEqual([
    [2, false],
    [1, true],
  ]);
  const audit = schema.auditEvent;
  const written = await api.deps.services.db.select().from(audit).where(eq(audit.resourceId, server.id));
  expect(written.map((row) => row.action).sort()).toEqual([
    'server.activate_version',
    'server.activate_version',
    'server.create',
  ]);
});

test('403: a key that may only read changes nothing', async () => {
  const { server, build } = await create(ada);
  const { key } = (await post(ada, '/v1/api-keys', { name: 'Reader', scopes: ['servers:read'] })).json();
  const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload: object) =>
    api.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${key}` },
      ...(method === 'GET' ? {} : { payload }),
    });
  expect((await ask('GET', `/v1/servers/${server.id}`, {})).statusCode).toBe(200);
  for (const [method, url, payload] of [
    ['POST', '/v1/servers/preview', { prompt: 'echo' }],
    ['POST', '/v1/servers', { name: 'S', slug: freshSlug(), prompt: 'echo' }],
    ['PATCH', `/v1/servers/${server.id}`, { name: 'x' }],
    ['DELETE', `/v1/servers/${server.id}`, {}],
    ['POST', `/v1/servers/${server.id}/iterate`, { prompt: 'x' }],
    ['POST', `/v1/servers/${server.id}/versions/1/activate`, {}],
    ['POST', `/v1/builds/${build.id}/cancel`, {}],
    ['POST', '/v1/api-keys', { name: 'Permanent' }],
    ['DELETE', '/v1/account', { confirm: ada.email }],
  ] as const) {
    expect([method, url, (await ask(method, url, payload)).json().code]).toEqual([method, url, 'forbidden']);
  }
});

test('a deleted server is gone and its slug stays taken', async () => {
  const { server } = await create(ada);
  expect((await ada.request({ method: 'DELETE', url: `/v1/servers/${server.id}` })).statusCode).toBe(204);
  expect((await ada.request({ method: 'GET', url: `/v1/servers/${server.id}` })).statusCode).toBe(404);
  expect((await post(bob, '/v1/servers', { name: 'S', slug: server.slug, prompt: 'echo' })).json()).toMatchObject({
    code: 'slug_taken',
  });
});

test('deleting the account asks for the address, then ends the session and what belonged to it alone', async () => {
  const eve = await api.signIn('eve@servers.test');
  const { server } = await create(eve);
  const wrong = await eve.request({ method: 'DELETE', url: '/v1/account', payload: { confirm: 'someone@else.test' } });
  expect(wrong.statusCode).toBe(400);
  expect(
    (await eve.request({ method: 'DELETE', url: '/v1/account', payload: { confirm: 'Eve@servers.test' } })).statusCode,
  ).toBe(204);
  expect((await eve.request({ method: 'GET', url: '/v1/me' })).statusCode).toBe(401);
  expect((await post(bob, '/v1/servers', { name: 'S', slug: server.slug, prompt: 'echo' })).json()).toMatchObject({
    code: 'slug_taken',
  });
});

test('secret values are stored sealed and never come back', async () => {
  const value = 'planted-secret-value-4711';
  const response = await post(ada, '/v1/servers', {
    name: 'S',
    slug: freshSlug(),
    prompt: 'echo',
    secrets: { API_KEY: value },
  });
  expect(response.statusCode).toBe(201);
  const bodies = await Promise.all(
    [`/v1/servers/${response.json().server.id}`, `/v1/builds/${response.json().build.id}`, '/v1/servers'].map(
      async (url) => (await ada.request({ method: 'GET', url })).body,
    ),
  );
  expect([response.body, ...bodies].join('\n')).not.toContain(value);
  const stored = await api.deps.services.db.execute('select sealed from server_secret');
  expect(stored.rows).toHaveLength(1);
  expect(JSON.stringify(stored.rows)).not.toContain(value);
});
