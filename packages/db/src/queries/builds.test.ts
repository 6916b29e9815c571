import { createMigratedDatabase } from '@bmm/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabaseConnection, openDatabase } from '../database.ts';
import { organization } from '../schema/index.ts';
import {
  advanceBuild,
  claimBuild,
  LeaseLostError,
  listAbandonedBuildIds,
  releaseLease,
  renewLease,
} from './build-leases.ts';
import { getBuildInOrg, insertBuild, listBuildEvents, requestCancellation } from './builds.ts';
import { insertServer } from './servers.ts';

let database: DatabaseConnection;
let drop: () => Promise<void>;
const orgId = 'org-builds';

beforeAll(async () => {
  const created = await createMigratedDatabase();
  drop = created.drop;
  database = openDatabase({ url: created.url, connectionsMax: 10, onError: () => undefined });
  await database.db.insert(organization).values({ id: orgId, name: 'Org', slug: 'org-builds' });
});
afterAll(async () => {
  await database.close();
  await drop();
});

let count = 0;
async function newBuild(): Promise<string> {
  count += 1;
  const { db } = database;
  const [creator] = ['user-builds'];
  await db.execute(
    `insert into "user" (id, name, email) values ('${creator}', 'U', 'u@builds.test') on conflict do nothing`,
  );
  const server = await insertServer(db, {
    orgId,
    createdBy: creator,
    name: 'S',
    slug: `builds-${count}`,
    description: '',
  });
  return (await insertBuild(db, { orgId, serverId: server.id, kind: 'create', prompt: 'p' })).id;
}

test('of many workers that claim one build, exactly one gets it', async () => {
  const buildId = await newBuild();
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimBuild(database.db, buildId, 10_000)));
  expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
});

test('a build whose lease ran out is abandoned, is taken over, and its first owner can write nothing more', async () => {
  const buildId = await newBuild();
  const first = await claimBuild(database.db, buildId, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await listAbandonedBuildIds(database.db, 60_000)).toContain(buildId);
  const second = await claimBuild(database.db, buildId, 10_000);
  expect(second?.build.attempt).toBe(2);
  if (first === undefined || second === undefined) throw new Error('not claimed');
  expect(await renewLease(database.db, first.lease, 10_000)).toBe('lost');
  await expect(
    advanceBuild(database.db, first.lease, async () => ({ change: { state: 'live' }, events: [] })),
  ).rejects.toThrow(LeaseLostError);
  expect(await renewLease(database.db, second.lease, 10_000)).toBe('held');
});

test('events written at once get gapless numbers in one order', async () => {
  const buildId = await newBuild();
  const claimed = await claimBuild(database.db, buildId, 10_000);
  if (claimed === undefined) throw new Error('not claimed');
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      advanceBuild(database.db, claimed.lease, async () => ({
        change: {},
        events: [
          { type: 'log', stage: 'generating', level: 'info', message: `${index}a` },
          { type: 'log', stage: 'generating', level: 'info', message: `${index}b` },
        ],
      })),
    ),
  );
  const events = await listBuildEvents(database.db, orgId, buildId, 0);
  expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
  expect(await listBuildEvents(database.db, orgId, buildId, 20)).toHaveLength(1);
});

test('the events of a build are hidden from every other organisation', async () => {
  const buildId = await newBuild();
  expect(await listBuildEvents(database.db, 'someone-else', buildId, 0)).toEqual([]);
  expect(await requestCancellation(database.db, 'someone-else', buildId)).toBeUndefined();
});

test('a finished build cannot be claimed, cancelled or changed', async () => {
  const buildId = await newBuild();
  const claimed = await claimBuild(database.db, buildId, 10_000);
  if (claimed === undefined) throw new Error('not claimed');
  await advanceBuild(database.db, claimed.lease, async () => ({
    change: { state: 'failed', errorCode: 'internal' },
    events: [],
  }));
  expect(await claimBuild(database.db, buildId, 10_000)).toBeUndefined();
  expect(await requestCancellation(database.db, orgId, buildId)).toBeUndefined();
  await expect(
    advanceBuild(database.db, claimed.lease, async () => ({ change: { state: 'live' }, events: [] })),
  ).rejects.toThrow(LeaseLostError);
});

test('a build that is handed back cleanly has not been attempted, and one that broke off has', async () => {
  const buildId = await newBuild();
  for (const [countsAsAttempt, attempt] of [
    [false, 1],
    [false, 1],
    [true, 1],
    [false, 2],
  ] as const) {
    const claimed = await claimBuild(database.db, buildId, 10_000);
    expect(claimed?.build.attempt).toBe(attempt);
    expect(claimed?.lease.token).toMatch(/^lse_/);
    if (claimed !== undefined) await releaseLease(database.db, claimed.lease, { countsAsAttempt });
  }
});

test('a build changes its state only as the state machine allows', async () => {
  const buildId = await newBuild();
  const claimed = await claimBuild(database.db, buildId, 10_000);
  if (claimed === undefined) throw new Error('not claimed');
  const to = (state: 'live' | 'deploying' | 'generating' | 'queued') =>
    advanceBuild(database.db, claimed.lease, async () => ({ change: { state }, events: [{ type: 'status', state }] }));
  await expect(to('live')).rejects.toThrow('from queued to live');
  await expect(to('deploying')).rejects.toThrow('from queued to deploying');
  await to('generating');
  await to('queued');
  expect((await getBuildInOrg(database.db, orgId, buildId)).build.state).toBe('queued');
  expect(await listBuildEvents(database.db, orgId, buildId, 0)).toHaveLength(3);
});

test('a step whose own writes fail changes nothing', async () => {
  const buildId = await newBuild();
  const claimed = await claimBuild(database.db, buildId, 10_000);
  if (claimed === undefined) throw new Error('not claimed');
  await expect(
    advanceBuild(database.db, claimed.lease, async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await listBuildEvents(database.db, orgId, buildId, 0)).toHaveLength(1);
});
