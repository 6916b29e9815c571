import {
  AppError,
  type BuildEvent,
  type BuildKind,
  type BuildState,
  type NewBuildEvent,
  newId,
  type Spec,
  type SpecSource,
} from '@bmm/types';
import { and, asc, desc, eq, gt, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import type { Database, Queryable } from '../database.ts';
import { build, buildEvent, server, serverVersion } from '../schema/index.ts';

export type BuildRow = typeof build.$inferSelect;
export interface BuildWithVersion {
  build: BuildRow;
  versionNumber: number | null;
}

const finished: BuildState[] = ['live', 'failed'];

export async function insertBuild(
  tx: Queryable,
  values: {
    orgId: string;
    serverId: string;
    kind: BuildKind;
    prompt: string | null;
    spec?: Spec;
    source?: SpecSource;
    baseVersionId?: string;
  },
): Promise<BuildRow> {
  const [row] = await tx
    .insert(build)
    .values({ id: newId('build'), ...values })
    .returning();
  if (row === undefined) throw new Error('insert returned no row');
  await tx.insert(buildEvent).values({ buildId: row.id, seq: 1, event: { type: 'status', state: 'queued' } });
  return row;
}

function selectWithVersion(db: Queryable) {
  return db
    .select({ build, versionNumber: serverVersion.number })
    .from(build)
    .leftJoin(serverVersion, eq(serverVersion.id, build.versionId));
}

/** @throws AppError `not_found` */
export async function getBuildInOrg(db: Queryable, orgId: string, buildId: string): Promise<BuildWithVersion> {
  const [row] = await selectWithVersion(db).where(and(eq(build.id, buildId), eq(build.orgId, orgId)));
  if (row === undefined) throw new AppError('not_found', 'There is no such build.');
  return row;
}

export async function listBuildsOfServer(
  db: Queryable,
  orgId: string,
  serverId: string,
  limit: number,
): Promise<BuildWithVersion[]> {
  return selectWithVersion(db)
    .where(and(eq(build.serverId, serverId), eq(build.orgId, orgId)))
    .orderBy(desc(build.createdAt))
    .limit(limit);
}

export async function findUnfinishedBuild(
  db: Queryable,
  orgId: string,
  serverId: string,
): Promise<BuildRow | undefined> {
  const [row] = await db
    .select()
    .from(build)
    .where(and(eq(build.serverId, serverId), eq(build.orgId, orgId), notInArray(build.state, finished)))
    .limit(1);
  return row;
}

/** Events of a build after `afterSeq`, in order. */
export async function listBuildEvents(
  db: Queryable,
  orgId: string,
  buildId: string,
  afterSeq: number,
): Promise<BuildEvent[]> {
  const rows = await db
    .select({ seq: buildEvent.seq, at: buildEvent.at, event: buildEvent.event })
    .from(buildEvent)
    .innerJoin(build, eq(build.id, buildEvent.buildId))
    .where(and(eq(buildEvent.buildId, buildId), eq(build.orgId, orgId), gt(buildEvent.seq, afterSeq)))
    .orderBy(asc(buildEvent.seq));
  return rows.map((row) => ({ ...row.event, seq: row.seq, at: row.at.toISOString() }));
}

/** Notes the wish; the worker that owns the build ends it. Returns undefined when it had already ended. */
export async function requestCancellation(
  db: Queryable,
  orgId: string,
  buildId: string,
): Promise<BuildRow | undefined> {
  const [row] = await db
    .update(build)
    .set({ cancelRequestedAt: sql`coalesce(${build.cancelRequestedAt}, now())` })
    .where(and(eq(build.id, buildId), eq(build.orgId, orgId), notInArray(build.state, finished)))
    .returning();
  return row;
}

export interface BuildLease {
  readonly buildId: string;
  readonly token: string;
}

/** Takes an unfinished build that nobody holds. One statement, so of two workers exactly one gets it. */
export async function claimBuild(
  db: Queryable,
  buildId: string,
  leaseMs: number,
): Promise<{ build: BuildRow; lease: BuildLease } | undefined> {
  const token = newId('build');
  const [row] = await db
    .update(build)
    .set({ leaseToken: token, leaseExpiresAt: expiry(leaseMs), attempt: sql`${build.attempt} + 1` })
    .where(
      and(
        eq(build.id, buildId),
        notInArray(build.state, finished),
        or(isNull(build.leaseExpiresAt), lt(build.leaseExpiresAt, sql`now()`)),
      ),
    )
    .returning();
  return row === undefined ? undefined : { build: row, lease: { buildId, token } };
}

/** Prolongs a lease. `lost` when another worker has taken the build over or the build is gone. */
export async function renewLease(
  db: Queryable,
  lease: BuildLease,
  leaseMs: number,
): Promise<'held' | 'cancel_requested' | 'lost'> {
  const [row] = await db
    .update(build)
    .set({ leaseExpiresAt: expiry(leaseMs) })
    .where(held(lease))
    .returning({ cancelRequestedAt: build.cancelRequestedAt });
  if (row === undefined) return 'lost';
  return row.cancelRequestedAt === null ? 'held' : 'cancel_requested';
}

export async function releaseLease(db: Queryable, lease: BuildLease): Promise<void> {
  await db.update(build).set({ leaseToken: null, leaseExpiresAt: null }).where(held(lease));
}

export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export type BuildChange = Partial<
  Pick<BuildRow, 'state' | 'spec' | 'source' | 'versionId' | 'errorCode' | 'errorDetail'>
>;

export interface BuildStep {
  readonly change: BuildChange;
  readonly events: readonly NewBuildEvent[];
}

/**
 * Changes a build and appends events in one transaction, only while the lease is held.
 * The row lock makes `seq` gapless and strictly increasing.
 * @param decide what to change; runs inside the transaction, so that what it writes happens together with the step
 * @throws LeaseLostError when another worker owns the build by now
 */
export async function advanceBuild(
  db: Database,
  lease: BuildLease,
  decide: (tx: Queryable) => Promise<BuildStep>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.select({ id: build.id }).from(build).where(held(lease)).for('update');
    if (row === undefined) throw new LeaseLostError(`The lease of ${lease.buildId} was lost.`);
    const { change, events } = await decide(tx);
    const ends = change.state !== undefined && finished.includes(change.state);
    const set = { ...change, ...(ends ? { finishedAt: new Date(), leaseToken: null, leaseExpiresAt: null } : {}) };
    if (Object.keys(set).length > 0) await tx.update(build).set(set).where(eq(build.id, lease.buildId));
    await appendEvents(tx, lease.buildId, events);
  });
}

/** The caller holds the build's row lock. */
async function appendEvents(tx: Queryable, buildId: string, events: readonly NewBuildEvent[]): Promise<void> {
  if (events.length === 0) return;
  const [last] = await tx
    .select({ seq: sql<number>`coalesce(max(${buildEvent.seq}), 0)`.mapWith(Number) })
    .from(buildEvent)
    .where(eq(buildEvent.buildId, buildId));
  const base = last?.seq ?? 0;
  await tx.insert(buildEvent).values(events.map((event, index) => ({ buildId, seq: base + 1 + index, event })));
}

/** Unfinished builds that no worker holds: never picked up, or left by a worker that died. */
export async function listAbandonedBuildIds(db: Queryable, queuedForMs: number): Promise<string[]> {
  const rows = await db
    .select({ id: build.id })
    .from(build)
    .where(
      and(
        notInArray(build.state, finished),
        or(
          lt(build.leaseExpiresAt, sql`now()`),
          and(
            isNull(build.leaseExpiresAt),
            lt(build.createdAt, sql`now() - ${queuedForMs} * interval '1 millisecond'`),
          ),
        ),
      ),
    )
    .orderBy(asc(build.createdAt))
    .limit(100);
  return rows.map((row) => row.id);
}

export async function listActiveBuildIds(db: Queryable, orgId: string, serverId: string): Promise<string[]> {
  const rows = await db
    .select({ id: build.id })
    .from(build)
    .where(and(eq(build.orgId, orgId), inArray(build.serverId, [serverId]), notInArray(build.state, finished)));
  return rows.map((row) => row.id);
}

const held = (lease: BuildLease) =>
  and(eq(build.id, lease.buildId), eq(build.leaseToken, lease.token), notInArray(build.state, finished));
const expiry = (leaseMs: number) => sql`now() + ${leaseMs} * interval '1 millisecond'`;

/** The server that a build is for; undefined when it was deleted meanwhile. */
export async function findServerOfBuild(
  db: Queryable,
  row: Pick<BuildRow, 'orgId' | 'serverId'>,
): Promise<typeof server.$inferSelect | undefined> {
  const [found] = await db
    .select()
    .from(server)
    .where(and(eq(server.id, row.serverId), eq(server.orgId, row.orgId)));
  return found;
}
