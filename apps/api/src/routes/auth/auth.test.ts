import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi, WEB } from '../../testing/start-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const askLink = (email: unknown, headers: Record<string, string> = { origin: WEB }, remoteAddress = '127.9.9.9') =>
  api.app.inject({
    method: 'POST',
    url: '/v1/auth/sign-in/magic-link',
    payload: { email, callbackURL: '/dashboard' },
    headers,
    remoteAddress,
  });

test('a magic link signs in, once, and the person has an organisation', async () => {
  const user = await api.signIn('ada@example.com');
  const me = await user.request({ method: 'GET', url: '/v1/me' });
  expect(me.statusCode).toBe(200);
  expect(me.json()).toMatchObject({ user: { email: 'ada@example.com' }, organization: { name: expect.any(String) } });

  const link = new URL(api.links.at(-1)?.url ?? '');
  expect(link.origin + link.pathname).toBe(`${WEB}/sign-in/verify`);
  const again = await api.app.inject({
    method: 'GET',
    url: `/v1/auth/magic-link/verify?token=${link.searchParams.get('token')}`,
  });
  expect(again.cookies).toEqual([]);
});

test('signing out ends the session on the server', async () => {
  const user = await api.signIn('out@example.com');
  expect((await user.request({ method: 'POST', url: '/v1/auth/sign-out', payload: {} })).statusCode).toBe(200);
  expect((await user.request({ method: 'GET', url: '/v1/me' })).statusCode).toBe(401);
});

describe('400', () => {
  test.each([
    ['not an address'],
    [''],
    ['a@example.com, b@example.com'],
    ['a@example.com\r\nBcc: b@example.com'],
    [`${'a'.repeat(300)}@example.com`],
    [null],
    [['a@example.com']],
  ])('the address %j is refused and nothing is sent', async (email) => {
    const before = api.links.length;
    const response = await askLink(email, { origin: WEB }, '127.8.8.8');
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'validation_failed' });
    expect(api.links).toHaveLength(before);
  });

  test('a callback to another site is refused', async () => {
    const response = await api.app.inject({
      method: 'POST',
      url: '/v1/auth/sign-in/magic-link',
      payload: { email: 'c@example.com', callbackURL: 'https://evil.test/' },
      headers: { origin: WEB },
    });
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });
});

test('403: a sign-in request from another site is refused', async () => {
  const response = await askLink('d@example.com', { origin: 'https://evil.test' });
  expect(response.statusCode).toBe(403);
  expect(response.json()).toMatchObject({ code: 'foreign_origin' });
});

test('404: nothing else of the sign-in library is reachable', async () => {
  for (const url of [
    '/v1/auth/organization/create',
    '/v1/auth/sign-up/email',
    '/v1/auth/update-user',
    '/v1/auth/delete-user',
    '/v1/auth/list-sessions',
  ]) {
    const response = await api.app.inject({ method: 'POST', url, payload: {}, headers: { origin: WEB } });
    expect(response.statusCode, url).toBe(404);
  }
});

test('429: the sixth link for one address of a person within the window is refused with the time to wait', async () => {
  for (let count = 0; count < 5; count += 1)
    expect((await askLink('flood@example.com', { origin: WEB }, `127.7.7.${count + 1}`)).statusCode).toBe(200);
  const refused = await askLink('Flood@example.com', { origin: WEB }, '127.7.7.99');
  expect(refused.statusCode).toBe(429);
  expect(refused.json()).toMatchObject({ code: 'rate_limited' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});

test('links are made for the configured address, whatever Host the request names', async () => {
  await askLink('host@example.com', { origin: WEB, host: 'evil.test', 'x-forwarded-host': 'evil.test' }, '127.6.6.6');
  expect(api.links.at(-1)?.url.startsWith(`${WEB}/`)).toBe(true);
});
