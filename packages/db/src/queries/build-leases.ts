import { BUILD_STATES, canTransition, isFinished, type NewBuildEvent, newId } from '@bmm/types';
import { and, asc, eq, isNull, lt, notInArray, or, sql } from 'drizzle-orm';
import type { Database, Queryable } from '../database.ts';
import { build, buildEvent } from '../schema/index.ts';
import type { BuildRow } from './builds.ts';

const finished = BUILD_STATES.filter(isFinished);

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
  const token = newId('lease');
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

/**
 * Gives a build back, so that any worker may claim it now.
 * @param countsAsAttempt false for a worker that only stops: a build that many deployments interrupt is not to blame
 */
export async function releaseLease(
  db: Queryable,
  lease: BuildLease,
  { countsAsAttempt }: { countsAsAttempt: boolean },
): Promise<void> {
  await db
    .update(build)
    .set({
      leaseToken: null,
      leaseExpiresAt: null,
      ...(countsAsAttempt ? {} : { attempt: sql`greatest(${build.attempt} - 1, 0)` }),
    })
    .where(held(lease));
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
 * @throws LeaseLostError when another worker owns the build by now, Error for a change that BUILD_TRANSITIONS does not know
 */
export async function advanceBuild(
  db: Database,
  lease: BuildLease,
  decide: (tx: Queryable) => Promise<BuildStep>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.select({ state: build.state }).from(build).where(held(lease)).for('update');
    if (row === undefined) throw new LeaseLostError(`The lease of ${lease.buildId} was lost.`);
    const { change, events } = await decide(tx);
    if (change.state !== undefined && !canTransition(row.state, change.state))
      throw new Error(`A build cannot go from ${row.state} to ${change.state}.`);
    const ends = change.state !== undefined && isFinished(change.state);
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

const held = (lease: BuildLease) =>
  and(eq(build.id, lease.buildId), eq(build.leaseToken, lease.token), notInArray(build.state, finished));
const expiry = (leaseMs: number) => sql`now() + ${leaseMs} * interval '1 millisecond'`;
