import { listRevokedFamilies, schema } from '@bmm/db';
import { newId } from '@bmm/types';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi, type TestUser } from '../../testing/start-test-api.ts';

let api: TestApi;
let ada: TestUser;
beforeAll(async () => {
  api = await startTestApi();
  ada = await api.signIn('ada@deletion.test');
  await api.deps.services.db.insert(schema.oauthClient).values({ id: 'client', name: 'C', redirectUris: [] });
});
afterAll(() => api[Symbol.asyncDispose]());

const me = async (user: TestUser) =>
  (await user.request({ method: 'GET', url: '/v1/me' })).json<{
    user: { id: string };
    organization: { id: string; name: string };
  }>();
const create = async (user: TestUser, slug: string): Promise<string> => {
  const payload = { name: slug, slug, prompt: 'echo' };
  return (await user.request({ method: 'POST', url: '/v1/servers', payload })).json().server.id;
};

/** A client's access to a server, with a refresh token and a code that was not redeemed yet. */
async function grant(user: TestUser, serverId: string, family: string): Promise<void> {
  const { db } = api.deps.services;
  const id = newId('grant');
  const expiresAt = new Date(Date.now() + 3_600_000);
  const common = { grantId: id, clientId: 'client', resource: 'r', scopes: ['mcp'], expiresAt };
  const userId = (await me(user)).user.id;
  await db.insert(schema.oauthGrant).values({ id, userId, clientId: 'client', serverId, scopes: ['mcp'] });
  await db
    .insert(schema.oauthRefreshToken)
    .values({ ...common, hash: `rt-${family}`, familyId: `rt-${family}`, absoluteExpiresAt: expiresAt });
  await db
    .insert(schema.oauthCode)
    .values({ ...common, hash: `code-${family}`, familyId: `code-${family}`, redirectUri: 'u', codeChallenge: 'c' });
}

const revoked = async () => (await listRevokedFamilies(api.deps.services.db, new Date())).toSorted();

test('with a server end the tokens that were given for it, and no others', async () => {
  const [gone, stays] = [await create(ada, 'gone'), await create(ada, 'stays')];
  await grant(ada, gone, 'gone');
  await grant(ada, stays, 'stays');
  const eve = await api.signIn('eve@deletion.test');
  expect((await eve.request({ method: 'DELETE', url: `/v1/servers/${gone}` })).statusCode).toBe(404);
  expect(await revoked()).toEqual([]);
  expect((await ada.request({ method: 'DELETE', url: `/v1/servers/${gone}` })).statusCode).toBe(204);
  expect(await revoked()).toEqual(['code-gone', 'rt-gone']);
});

test('with an account end its tokens for servers of others and those of others for its servers; who stays sees it in the audit', async () => {
  const { db } = api.deps.services;
  const bob = await api.signIn('bob@deletion.test');
  const [bobs, adas] = [await create(bob, 'of-bob'), await create(ada, 'of-ada')];
  await grant(ada, bobs, 'ada-on-bobs');
  await grant(bob, adas, 'bob-on-adas');
  const [{ user }, { organization }] = [await me(bob), await me(ada)];
  await db.insert(schema.member).values({ id: 'm', organizationId: organization.id, userId: user.id });
  const payload = { confirm: bob.email };
  expect((await bob.request({ method: 'DELETE', url: '/v1/account', payload })).statusCode).toBe(204);
  expect(await revoked()).toEqual(
    expect.arrayContaining(['code-ada-on-bobs', 'code-bob-on-adas', 'rt-ada-on-bobs', 'rt-bob-on-adas']),
  );
  const audit = await db.select().from(schema.auditEvent).where(eq(schema.auditEvent.resourceId, user.id));
  expect(audit).toMatchObject([{ orgId: organization.id, action: 'account.delete', actorUserId: user.id }]);
});

test('an API key acts in its own organisation, under that name, also when its owner is in another one first', async () => {
  const { db, ...services } = api.deps.services;
  const { findApiKeyContext } = await import('@bmm/services');
  const { key } = (await ada.request({ method: 'POST', url: '/v1/api-keys', payload: { name: 'CI' } })).json();
  const { user, organization } = await me(ada);
  await db.insert(schema.organization).values({ id: 'earlier', name: 'Earlier', slug: 'earlier' });
  const createdAt = new Date(0);
  await db.insert(schema.member).values({ id: 'e', organizationId: 'earlier', userId: user.id, createdAt });
  const ctx = await findApiKeyContext({ db, ...services }, key, undefined);
  expect(ctx?.org).toEqual({ id: organization.id, name: organization.name });
});
