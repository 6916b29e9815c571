import { createMigratedDatabase } from '@bmm/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabaseConnection, openDatabase } from '../database.ts';
import { auditEvent, organization, serverVersion, user } from '../schema/index.ts';
import { ECHO_SPEC } from '../testing/echo-spec.ts';
import { insertAuditEvent } from './audit.ts';
import { advanceBuild, claimBuild } from './build-leases.ts';
import { insertBuild } from './builds.ts';
import {
  deleteServerInOrg,
  getServerInOrg,
  insertServer,
  insertVersion,
  isSlugReserved,
  listServersInOrg,
  listVersions,
  lockServerInOrg,
  updateServer,
} from './servers.ts';

let database: DatabaseConnection;
let drop: () => Promise<void>;
const orgId = 'org-servers';
const values = { orgId, createdBy: 'user-servers', name: 'S', description: '' };

beforeAll(async () => {
  const created = await createMigratedDatabase();
  drop = created.drop;
  database = openDatabase({ url: created.url, connectionsMax: 10, onError: () => undefined });
  await database.db.insert(organization).values({ id: orgId, name: 'Org', slug: orgId });
  await database.db.insert(user).values({ id: 'user-servers', name: 'U', email: 'u@servers.test' });
});
afterAll(async () => {
  await database.close();
  await drop();
});

test('of many creates of one slug at once exactly one succeeds and the others are told that it is taken', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, () => database.db.transaction((tx) => insertServer(tx, { ...values, slug: 'race' }))),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'slug_taken' });
});

test('the slug of a deleted server is never given away again', async () => {
  const server = await insertServer(database.db, { ...values, slug: 'gone' });
  await deleteServerInOrg(database.db, orgId, server.id);
  expect(await isSlugReserved(database.db, 'gone')).toBe(true);
  await expect(insertServer(database.db, { ...values, slug: 'gone' })).rejects.toMatchObject({ code: 'slug_taken' });
});

test("somebody else's server is not found, with the error of one that does not exist", async () => {
  const server = await insertServer(database.db, { ...values, slug: 'private' });
  const foreign = await getServerInOrg(database.db, 'other-org', server.id).catch((error: unknown) => error);
  const missing = await getServerInOrg(database.db, orgId, 'srv_missing').catch((error: unknown) => error);
  expect(foreign).toMatchObject({ code: 'not_found' });
  expect(foreign).toEqual(missing);
});

test('a version and an audit row can be written and never changed', async () => {
  const server = await insertServer(database.db, { ...values, slug: 'versions' });
  const version = {
    orgId,
    serverId: server.id,
    bundleSha256: 'a'.repeat(64),
    bundle: 'code',
    spec: ECHO_SPEC,
    source: 'mock',
  } as const;
  expect((await insertVersion(database.db, version)).number).toBe(1);
  expect((await insertVersion(database.db, version)).number).toBe(2);
  await expect(database.db.update(serverVersion).set({ bundle: 'other' })).rejects.toThrow();
  await insertAuditEvent(database.db, { orgId, action: 'a', resourceType: 'server', resourceId: server.id });
  await expect(database.db.update(auditEvent).set({ action: 'b' })).rejects.toThrow();
});

test('lists count and name tools without carrying specs', async () => {
  const { db } = database;
  const server = await insertServer(db, { ...values, slug: 'listed' });
  const draft = await insertServer(db, { ...values, slug: 'listed-draft' });
  const version = await insertVersion(db, {
    orgId,
    serverId: server.id,
    bundleSha256: 'a'.repeat(64),
    bundle: 'code',
    spec: ECHO_SPEC,
    source: 'mock',
  });
  await updateServer(db, server, { activeVersionId: version.id });
  const rows = await listServersInOrg(db, orgId);
  const rowOf = (id: string) => rows.find((row) => row.server.id === id);
  expect(rowOf(server.id)).toMatchObject({
    version: { number: 1, source: 'mock' },
    toolCount: ECHO_SPEC.tools.length,
  });
  expect(rowOf(draft.id)).toMatchObject({ version: null, toolCount: 0 });
  const versions = await listVersions(db, orgId, server.id);
  expect(versions).toMatchObject([{ number: 1, toolNames: ECHO_SPEC.tools.map(({ name }) => name) }]);
  expect(JSON.stringify([rows, versions])).not.toContain('inputSchema');
});

test('a server is deleted while a worker writes its build: one waits for the other, and nobody deadlocks', async () => {
  const { db } = database;
  const server = await insertServer(db, { ...values, slug: 'deleted-in-mid-build' });
  const build = await insertBuild(db, { orgId, serverId: server.id, kind: 'create', prompt: 'p' });
  const claimed = await claimBuild(db, build.id, 60_000);
  if (claimed === undefined) throw new Error('nobody else claims it');
  let deletion: Promise<unknown> | undefined;
  await advanceBuild(db, claimed.lease, async (tx) => {
    deletion = db.transaction((other) => deleteServerInOrg(other, orgId, server.id));
    // The deletion has come as far as it gets; a deadlock would take one more statement from either side.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await lockServerInOrg(tx, orgId, server.id);
    return { change: { state: 'generating' }, events: [] };
  });
  await expect(deletion).resolves.toMatchObject({ id: server.id });
});
