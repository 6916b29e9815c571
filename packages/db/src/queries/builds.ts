import {
  AppError,
  BUILD_STATES,
  type BuildEvent,
  type BuildKind,
  isFinished,
  newId,
  type Spec,
  type SpecSource,
} from '@bmm/types';
import { and, asc, desc, eq, gt, notInArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { build, buildEvent, server, serverVersion } from '../schema/index.ts';

export type BuildRow = typeof build.$inferSelect;
export interface BuildWithVersion {
  build: BuildRow;
  versionNumber: number | null;
}

const finished = BUILD_STATES.filter(isFinished);

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
