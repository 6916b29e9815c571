import { type DatabaseConnection, ensurePersonalOrganization, isEmailTaken, openDatabase, schema } from '@bmm/db';
import { createMigratedDatabase, type TestDatabase } from '@bmm/testing';
import { Secret } from '@bmm/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthHandler, createSignIn, type MagicLinkMail, type SignIn, type SignInOptions } from './sign-in.ts';

const web = 'http://localhost:3000';
let database: TestDatabase;
let connection: DatabaseConnection;
const mails: MagicLinkMail[] = [];

beforeAll(async () => {
  database = await createMigratedDatabase();
  connection = openDatabase({ url: database.url, connectionsMax: 8, onError: () => undefined });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const makeSignIn = (secureCookies = false, baseUrl = web): SignIn => createSignIn(options(secureCookies, baseUrl));

function options(secureCookies = false, baseUrl = web): SignInOptions {
  return {
    db: connection.db,
    schema,
    baseUrl,
    secret: new Secret('0123456789abcdef0123456789abcdef-test'),
    trustedOrigins: [baseUrl],
    secureCookies,
    sendMagicLink: async (mail) => void mails.push(mail),
    isEmailTaken,
    ensurePersonalOrganization: ({ id }) => ensurePersonalOrganization(connection.db, id),
  };
}

function post(signIn: SignIn, path: string, body: unknown, headers: Record<string, string> = {}, base = web) {
  const request = new Request(`${base}/v1/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base, ...headers },
    body: JSON.stringify(body),
  });
  return createAuthHandler(signIn)(request);
}

async function mailLink(signIn: SignIn, email: string, base = web): Promise<MagicLinkMail> {
  const response = await post(signIn, '/sign-in/magic-link', { email, callbackURL: '/dashboard' }, {}, base);
  expect(response.status).toBe(200);
  const mail = mails.at(-1);
  if (mail === undefined || mail.email !== email) throw new Error('no mail was sent');
  return mail;
}

/** What the button of the page does. */
function verify(signIn: SignIn, mail: MagicLinkMail, base = web): Promise<Response> {
  return createAuthHandler(signIn)(new Request(`${base}/v1/auth/magic-link/verify${new URL(mail.url).search}`));
}

const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

const memberships = (email: string) =>
  connection.db.query.user.findMany({ where: (user, { eq }) => eq(user.email, email) }).then(async (users) => ({
    users: users.length,
    members: await connection.db.query.member.findMany({
      where: (member, { inArray }) =>
        inArray(
          member.userId,
          users.map((user) => user.id),
        ),
    }),
    organizations: await connection.db.query.organization.findMany({
      where: (organization, { inArray }) =>
        inArray(
          organization.slug,
          users.map((user) => `personal-${user.id}`),
        ),
    }),
  }));

describe('a magic link', () => {
  test('leads to the page with the button, and its token is stored as a hash only', async () => {
    const mail = await mailLink(makeSignIn(), 'link@example.com');
    const url = new URL(mail.url);
    expect(url.origin + url.pathname).toBe(`${web}/sign-in/verify`);
    expect(url.searchParams.get('token')).toBe(mail.token);
    expect(url.searchParams.get('callbackURL')).toBe('/dashboard');
    const rows = await connection.db.select().from(schema.verification);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(mail.token);
  });

  test('signs in once; the second use signs nobody in', async () => {
    const signIn = makeSignIn();
    const mail = await mailLink(signIn, 'once@example.com');
    const first = await verify(signIn, mail);
    expect(first.status).toBe(302);
    expect(first.headers.get('location')).toBe(`${web}/dashboard`);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const session = await signIn.getSession(new Headers({ cookie: cookieOf(first) }));
    expect(session).toMatchObject({ email: 'once@example.com', organizationId: expect.stringMatching(/^org_/) });
    const second = await verify(signIn, mail);
    expect(second.headers.get('location')).toContain('error=INVALID_TOKEN');
    expect(second.headers.getSetCookie()).toEqual([]);
  });

  test('used by two browsers at once signs in exactly one', async () => {
    const signIn = makeSignIn();
    const mail = await mailLink(signIn, 'race@example.com');
    const answers = await Promise.all([verify(signIn, mail), verify(signIn, mail), verify(signIn, mail)]);
    expect(answers.filter((answer) => answer.headers.getSetCookie().length > 0)).toHaveLength(1);
  });

  test('is dead ten minutes later', async () => {
    const signIn = makeSignIn();
    const before = Date.now();
    const mail = await mailLink(signIn, 'late@example.com');
    const rows = await connection.db.select().from(schema.verification);
    const newest = Math.max(...rows.map((row) => row.expiresAt.getTime()));
    expect(newest).toBeGreaterThanOrEqual(before + 599_000);
    expect(newest).toBeLessThanOrEqual(Date.now() + 600_000);
    await connection.db.update(schema.verification).set({ expiresAt: new Date(Date.now() - 1000) });
    const answer = await verify(signIn, mail);
    expect(answer.headers.get('location')).toContain('error=');
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('is not sent for a callback on another site', async () => {
    const sent = mails.length;
    const body = { email: 'open@example.com', callbackURL: 'https://evil.test/' };
    expect((await post(makeSignIn(), '/sign-in/magic-link', body)).status).toBe(403);
    expect(mails).toHaveLength(sent);
  });
});

describe('a first sign-in', () => {
  test('makes the user, one personal organisation and the membership as owner', async () => {
    const signIn = makeSignIn();
    await verify(signIn, await mailLink(signIn, 'ada@example.com'));
    const { users, organizations, members } = await memberships('ada@example.com');
    expect(users).toBe(1);
    expect(organizations.map(({ name }) => name)).toEqual(['ada']);
    expect(members.map(({ role, organizationId }) => [role, organizationId])).toEqual([
      ['owner', organizations[0]?.id],
    ]);
  });

  test('with several links at once makes one user and one organisation, and every link signs in', async () => {
    const signIn = makeSignIn();
    const links = [];
    for (let count = 0; count < 4; count++) links.push(await mailLink(signIn, 'grace@example.com'));
    const answers = await Promise.all(links.map((mail) => verify(signIn, mail)));
    for (const answer of answers) expect(answer.headers.getSetCookie().length).toBeGreaterThan(0);
    const { users, organizations, members } = await memberships('grace@example.com');
    expect([users, organizations.length, members.length]).toEqual([1, 1, 1]);
  });

  test('heals an account whose organisation was never made', async () => {
    const signIn = makeSignIn();
    const now = new Date();
    await connection.db.insert(schema.user).values({
      id: 'half',
      name: '',
      email: 'half@example.com',
      emailVerified: true,
      createdAt: now,
      updatedAt: now,
    });
    await verify(signIn, await mailLink(signIn, 'half@example.com'));
    const { organizations, members } = await memberships('half@example.com');
    expect([organizations.length, members.length]).toEqual([1, 1]);
  });
});

describe('a session', () => {
  test('ends with the sign-out, on the server too', async () => {
    const signIn = makeSignIn();
    const cookie = cookieOf(await verify(signIn, await mailLink(signIn, 'out@example.com')));
    expect(await signIn.getSession(new Headers({ cookie }))).toBeDefined();
    expect((await post(signIn, '/sign-out', {}, { cookie })).status).toBe(200);
    expect(await signIn.getSession(new Headers({ cookie }))).toBeUndefined();
  });

  test('is nobody’s without a cookie or with a forged one', async () => {
    const signIn = makeSignIn();
    expect(await signIn.getSession(new Headers())).toBeUndefined();
    const cookie = 'bmm.session_token=abc.def';
    expect(await signIn.getSession(new Headers({ cookie }))).toBeUndefined();
  });

  test('cannot be ended from another site', async () => {
    const signIn = makeSignIn();
    const cookie = cookieOf(await verify(signIn, await mailLink(signIn, 'csrf@example.com')));
    expect((await post(signIn, '/sign-out', {}, { cookie, origin: 'https://evil.test' })).status).toBe(403);
    expect(await signIn.getSession(new Headers({ cookie }))).toBeDefined();
  });

  test('has a plain HttpOnly SameSite=Lax cookie on http', async () => {
    const signIn = makeSignIn();
    const [cookie] = (await verify(signIn, await mailLink(signIn, 'dev@example.com'))).headers.getSetCookie();
    expect(cookie).toMatch(/^bmm\.session_token=/);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).not.toMatch(/Secure|Domain/);
  });

  test('has a __Host- cookie with Secure and without Domain on https, and it works', async () => {
    const base = 'https://app.example.com';
    const signIn = makeSignIn(true, base);
    const response = await verify(signIn, await mailLink(signIn, 'prod@example.com', base), base);
    for (const cookie of response.headers.getSetCookie()) {
      expect(cookie).toMatch(/^__Host-bmm\./);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).toMatch(/; Secure/);
      expect(cookie).not.toMatch(/Domain/);
    }
    const session = await signIn.getSession(new Headers({ cookie: cookieOf(response) }));
    expect(session?.email).toBe('prod@example.com');
    // A cookie that a sibling host could set under the plain name counts for nothing.
    const plain = cookieOf(response).replaceAll('__Host-', '');
    expect(await signIn.getSession(new Headers({ cookie: plain }))).toBeUndefined();
  });
});

test('a mail that cannot be sent fails the request with its cause; a bad address is the caller’s fault', async () => {
  const signIn = createSignIn({
    ...options(),
    sendMagicLink: async () => {
      throw new Error('the mail server refused');
    },
  });
  const send = (email: string) => post(signIn, '/sign-in/magic-link', { email });
  await expect(send('mail@example.com')).rejects.toThrow('the mail server refused');
  expect((await send('no address')).status).toBe(400);
});
