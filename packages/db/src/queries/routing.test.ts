import { createMigratedDatabase, type TestDatabase } from '@bmm/testing';
import type { Spec } from '@bmm/types';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DatabaseConnection, openDatabase } from '../database.ts';
import { organization, server, serverVersion } from '../schema/index.ts';
import {
  findServedSpec,
  findServerRoute,
  listRunnableServers,
  loadBundle,
  markServerAsleep,
  markServerAwake,
} from './routing.ts';

let database: TestDatabase;
let connection: DatabaseConnection;

const spec: Spec = {
  name: 'Echo',
  description: 'Echoes.',
  tools: [],
  code: 'export function echo() {}',
  secrets: [],
  allowedHosts: [],
};

beforeAll(async () => {
  database = await createMigratedDatabase();
  connection = openDatabase({ url: database.url, connectionsMax: 2, onError: () => undefined });
  const { db } = connection;
  await db.insert(organization).values({ id: 'org', name: 'Org', slug: 'org' });
  await db.insert(server).values({ id: 'srv_live', orgId: 'org', name: 'Echo', slug: 'echo', state: 'live' });
  await db.insert(server).values({ id: 'srv_draft', orgId: 'org', name: 'Draft', slug: 'draft' });
  const version = { id: 'ver_1', orgId: 'org', serverId: 'srv_live', number: 1, source: 'mock' as const };
  await db.insert(serverVersion).values({ ...version, bundleSha256: 'a'.repeat(64), bundle: 'bundled', spec });
  await db.update(server).set({ activeVersionId: 'ver_1' }).where(eq(server.id, 'srv_live'));
});

afterAll(async () => {
  await connection?.close();
  await database?.drop();
});

it('finds the route of a slug with the version that serves, and none for a slug that nobody has', async () => {
  expect(await findServerRoute(connection.db, 'echo')).toEqual({
    serverId: 'srv_live',
    orgId: 'org',
    slug: 'echo',
    name: 'Echo',
    state: 'live',
    version: { id: 'ver_1', number: 1, bundleSha256: 'a'.repeat(64) },
  });
  expect(await findServerRoute(connection.db, 'draft')).toMatchObject({ state: 'draft', version: undefined });
  expect(await findServerRoute(connection.db, 'nobody')).toBeUndefined();
});

it('gives the spec without its code, and the bundle apart from it', async () => {
  const served = await findServedSpec(connection.db, 'ver_1');
  expect(served).toMatchObject({ name: 'Echo', description: 'Echoes.', tools: [] });
  expect(served).not.toHaveProperty('code');
  expect(await findServedSpec(connection.db, 'ver_none')).toBeUndefined();
  expect(await loadBundle(connection.db, 'ver_1')).toEqual({ sha256: 'a'.repeat(64), code: 'bundled' });
  expect(await loadBundle(connection.db, 'ver_none')).toBeUndefined();
});

it('lists of some servers those that exist', async () => {
  const rows = await listRunnableServers(connection.db, ['srv_live', 'srv_draft', 'srv_gone']);
  expect(rows.sort((a, b) => a.serverId.localeCompare(b.serverId))).toEqual([
    { serverId: 'srv_draft', state: 'draft', bundleSha256: null },
    { serverId: 'srv_live', state: 'live', bundleSha256: 'a'.repeat(64) },
  ]);
  expect(await listRunnableServers(connection.db, [])).toEqual([]);
});

it('moves a server between live and sleeping, and leaves every other state alone', async () => {
  const { db } = connection;
  const stateOf = async (slug: string) => (await findServerRoute(db, slug))?.state;
  expect(await markServerAwake(db, 'srv_live')).toBe(false);
  expect(await markServerAsleep(db, 'srv_live')).toBe(true);
  expect(await stateOf('echo')).toBe('sleeping');
  expect(await markServerAwake(db, 'srv_live')).toBe(true);
  expect(await stateOf('echo')).toBe('live');
  for (const state of ['draft', 'paused', 'failed', 'taken_down'] as const) {
    await db.update(server).set({ state }).where(eq(server.id, 'srv_draft'));
    expect(await markServerAwake(db, 'srv_draft')).toBe(false);
    expect(await markServerAsleep(db, 'srv_draft')).toBe(false);
    expect(await stateOf('draft')).toBe(state);
  }
});
