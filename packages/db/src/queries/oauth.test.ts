import { createMigratedDatabase } from '@bmm/testing';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DatabaseConnection, openDatabase } from '../database.ts';
import { oauthClient, oauthCode, oauthRefreshToken, organization, server, user } from '../schema/index.ts';
import * as oauth from './oauth.ts';
import { ensurePersonalOrganization } from './personal-organization.ts';

let connection: DatabaseConnection;
let drop: () => Promise<void>;
let grantId: string;
const now = new Date('2026-11-22T12:00:00Z');
const later = new Date(now.getTime() + 60_000);
const resource = 'http://localhost:4100/s/echo/mcp';
const issued = { clientId: 'mcp_a', resource, scopes: ['mcp'] };

beforeAll(async () => {
  const created = await createMigratedDatabase();
  drop = created.drop;
  connection = openDatabase({ url: created.url, connectionsMax: 10, onError: () => undefined });
  const { db } = connection;
  await db.insert(user).values({ id: 'ada', name: 'Ada', email: 'ada@example.com' });
  const orgId = await ensurePersonalOrganization(db, 'ada');
  await db.insert(server).values({ id: 'srv_1', orgId, name: 'Echo', slug: 'echo', state: 'live' });
  await oauth.insertOAuthClient(db, { id: 'mcp_a', name: 'A', redirectUris: ['https://client.example/cb'] });
  const grant = { userId: 'ada', clientId: 'mcp_a', serverId: 'srv_1', scopes: ['mcp'], now };
  const [one, other] = await Promise.all([oauth.upsertOAuthGrant(db, grant), oauth.upsertOAuthGrant(db, grant)]);
  expect(one.id).toBe(other.id);
  grantId = one.id;
});
afterAll(async () => {
  await connection.close();
  await drop();
});
beforeEach(async () => {
  await connection.db.delete(oauthCode);
  await connection.db.delete(oauthRefreshToken);
});

const six = [1, 2, 3, 4, 5, 6];

test('of parallel callers exactly one consumes a code', async () => {
  const { db } = connection;
  await oauth.insertOAuthCode(db, {
    ...issued,
    hash: 'h',
    grantId,
    familyId: 'f',
    redirectUri: 'https://client.example/cb',
    codeChallenge: 'c',
    expiresAt: later,
  });
  const rows = await Promise.all(six.map(() => oauth.consumeOAuthCode(db, 'h', now)));
  expect(rows.filter((row) => row !== undefined)).toHaveLength(1);
  expect((await oauth.findOAuthCode(db, 'h'))?.usedAt).toEqual(now);
});

const refreshToken = (hash: string) => ({
  ...issued,
  hash,
  grantId,
  familyId: 'f',
  createdAt: now,
  expiresAt: later,
  absoluteExpiresAt: later,
});

test('of parallel callers exactly one consumes a refresh token, and nobody one that is expired or revoked', async () => {
  const { db } = connection;
  await oauth.insertRefreshToken(db, refreshToken('r'));
  const consumed = await Promise.all(six.map(() => oauth.consumeRefreshToken(db, 'r', now)));
  expect(consumed.filter(Boolean)).toHaveLength(1);
  await oauth.insertRefreshToken(db, refreshToken('expired'));
  expect(await oauth.consumeRefreshToken(db, 'expired', later)).toBe(false);
  await oauth.insertRefreshToken(db, { ...refreshToken('revoked'), revokedAt: now });
  expect(await oauth.consumeRefreshToken(db, 'revoked', now)).toBe(false);
});

test('a successor that is stored while its family is revoked does not escape the revocation', async () => {
  const { db } = connection;
  await oauth.insertRefreshToken(db, refreshToken('old'));
  let revoking: Promise<void> | undefined;
  await db.transaction(async (tx) => {
    await oauth.lockTokenFamily(tx, 'f');
    await oauth.consumeRefreshToken(tx, 'old', now);
    revoking = db.transaction((other) =>
      oauth.revokeTokenFamily(other, { familyId: 'f', now, accessTokensEndAt: later }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await oauth.insertRefreshToken(tx, refreshToken('new'));
  });
  await revoking;
  expect((await oauth.findRefreshToken(db, 'new'))?.revokedAt).toEqual(now);
  expect(await oauth.listRevokedFamilies(db, now)).toEqual(['f']);
  expect(await oauth.listRevokedFamilies(db, later)).toEqual([]);
});

test('a parked request is decided once and taken once, only with its own ticket and browser', async () => {
  const { db } = connection;
  await oauth.insertAuthorizationRequest(db, {
    id: 'arq_1',
    clientId: 'mcp_a',
    serverId: 'srv_1',
    resource,
    redirectUri: 'https://client.example/cb',
    codeChallenge: 'c',
    scopes: ['mcp'],
    browserHash: 'b',
    expiresAt: later,
  });
  const take = { id: 'arq_1', browserHash: 'b', ticketHash: 't', now };
  expect(await oauth.consumeAuthorizationRequest(db, take)).toBeUndefined();
  const decide = { id: 'arq_1', userId: 'ada', decision: 'approved', ticketHash: 't' } as const;
  expect(await oauth.decideAuthorizationRequest(db, { ...decide, now: later })).toBe(false);
  const decided = await Promise.all(six.map(() => oauth.decideAuthorizationRequest(db, { ...decide, now })));
  expect(decided.filter(Boolean)).toHaveLength(1);
  for (const wrong of [{ browserHash: 'x' }, { ticketHash: 'x' }, { now: later }])
    expect(await oauth.consumeAuthorizationRequest(db, { ...take, ...wrong })).toBeUndefined();
  const taken = await Promise.all(six.map(() => oauth.consumeAuthorizationRequest(db, take)));
  expect(taken.filter((row) => row !== undefined)).toHaveLength(1);
});

test('a grant view tells a lost membership and a deleted client leaves nothing behind', async () => {
  const { db } = connection;
  expect(await oauth.findGrantView(db, grantId)).toMatchObject({
    isMember: true,
    server: { slug: 'echo', state: 'live' },
  });
  await oauth.insertOAuthClient(db, { id: 'mcp_b', name: 'B', redirectUris: [] });
  const grant = await oauth.upsertOAuthGrant(db, {
    userId: 'ada',
    clientId: 'mcp_b',
    serverId: 'srv_1',
    scopes: [],
    now,
  });
  await db.delete(oauthClient).where(eq(oauthClient.id, 'mcp_b'));
  expect(await oauth.findGrantView(db, grant.id)).toBeUndefined();
});

test('a personal organisation is made once by parallel callers, and again never', async () => {
  const { db } = connection;
  await db.insert(user).values({ id: 'bob', name: '', email: 'bob@example.com' });
  const ids = await Promise.all(six.map(() => ensurePersonalOrganization(db, 'bob')));
  expect(new Set([...ids, await ensurePersonalOrganization(db, 'bob')]).size).toBe(1);
  expect(
    await db.select({ name: organization.name }).from(organization).where(eq(organization.slug, 'personal-bob')),
  ).toEqual([{ name: 'bob' }]);
  await expect(ensurePersonalOrganization(db, 'nobody')).rejects.toThrow('no such user');
});
