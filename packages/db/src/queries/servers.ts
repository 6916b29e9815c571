import { AppError, newId, type ServerState } from '@bmm/types';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { isUniqueViolation } from '../errors.ts';
import { build, server, serverVersion, slugReservation } from '../schema/index.ts';

export type ServerRow = typeof server.$inferSelect;
export type ServerVersionRow = typeof serverVersion.$inferSelect;
/** A version without the bundle, which only those who run it need. */
export type VersionInfo = Omit<ServerVersionRow, 'bundle'>;
export interface ServerWithVersion {
  server: ServerRow;
  version: VersionInfo | null;
}

/** What lists say of a version; its spec may have a megabyte and stays in the database. */
export type VersionSummary = Pick<VersionInfo, 'id' | 'number' | 'bundleSha256' | 'source' | 'createdAt'> & {
  readonly toolNames: readonly string[];
};
export interface ServerListRow {
  server: ServerRow;
  version: Pick<VersionInfo, 'number' | 'source'> | null;
  toolCount: number;
}

const versionInfo = {
  id: serverVersion.id,
  orgId: serverVersion.orgId,
  serverId: serverVersion.serverId,
  number: serverVersion.number,
  bundleSha256: serverVersion.bundleSha256,
  spec: serverVersion.spec,
  source: serverVersion.source,
  createdAt: serverVersion.createdAt,
};

/** @throws AppError `slug_taken`, also for the slug of a server that was deleted */
export async function insertServer(
  tx: Queryable,
  values: { orgId: string; createdBy: string; name: string; slug: string; description: string },
): Promise<ServerRow> {
  try {
    await tx.insert(slugReservation).values({ slug: values.slug });
  } catch (error) {
    if (isUniqueViolation(error, 'slug_reservation_pkey')) {
      throw new AppError('slug_taken', `The slug "${values.slug}" is taken. Choose another one.`, { cause: error });
    }
    throw error;
  }
  const [row] = await tx
    .insert(server)
    .values({ id: newId('server'), ...values })
    .returning();
  if (row === undefined) throw new Error('insert returned no row');
  return row;
}

export async function isSlugReserved(db: Queryable, slug: string): Promise<boolean> {
  const rows = await db
    .select({ slug: slugReservation.slug })
    .from(slugReservation)
    .where(eq(slugReservation.slug, slug));
  return rows.length > 0;
}

function selectWithVersion(db: Queryable) {
  return db
    .select({ server, version: versionInfo })
    .from(server)
    .leftJoin(serverVersion, eq(serverVersion.id, server.activeVersionId));
}

/** @throws AppError `not_found` for what does not exist and for what belongs to somebody else alike */
export async function getServerInOrg(db: Queryable, orgId: string, serverId: string): Promise<ServerWithVersion> {
  const [row] = await selectWithVersion(db).where(and(eq(server.id, serverId), eq(server.orgId, orgId)));
  if (row === undefined) throw new AppError('not_found', 'There is no such server.');
  return row;
}

/** Like getServerInOrg, and nobody else changes the row before the transaction ends. */
export async function lockServerInOrg(tx: Queryable, orgId: string, serverId: string): Promise<ServerRow> {
  const [row] = await tx
    .select()
    .from(server)
    .where(and(eq(server.id, serverId), eq(server.orgId, orgId)))
    .for('update');
  if (row === undefined) throw new AppError('not_found', 'There is no such server.');
  return row;
}

export async function listServersInOrg(db: Queryable, orgId: string): Promise<ServerListRow[]> {
  return db
    .select({
      server,
      version: { number: serverVersion.number, source: serverVersion.source },
      toolCount: sql<number>`coalesce(jsonb_array_length(${serverVersion.spec} -> 'tools'), 0)`.mapWith(Number),
    })
    .from(server)
    .leftJoin(serverVersion, eq(serverVersion.id, server.activeVersionId))
    .where(eq(server.orgId, orgId))
    .orderBy(desc(server.createdAt))
    .limit(500);
}

/** Every server of some organisations, for those who must tell others about all of them. */
export async function listServerSlugs(
  db: Queryable,
  orgIds: readonly string[],
): Promise<Pick<ServerRow, 'id' | 'slug'>[]> {
  if (orgIds.length === 0) return [];
  return db
    .select({ id: server.id, slug: server.slug })
    .from(server)
    .where(inArray(server.orgId, [...orgIds]));
}

export async function updateServer(
  tx: Queryable,
  row: Pick<ServerRow, 'id' | 'orgId'>,
  values: { name?: string; description?: string; state?: ServerState; activeVersionId?: string },
): Promise<ServerRow> {
  const [after] = await tx
    .update(server)
    .set({ ...values, updatedAt: sql`now()` })
    .where(and(eq(server.id, row.id), eq(server.orgId, row.orgId)))
    .returning();
  if (after === undefined) throw new AppError('not_found', 'There is no such server.');
  return after;
}

/** Call it in a transaction. */
export async function deleteServerInOrg(
  tx: Queryable,
  orgId: string,
  serverId: string,
): Promise<ServerRow | undefined> {
  // In the order of a worker, which locks its build and then the server: the other way round the two would deadlock.
  await tx
    .select({ id: build.id })
    .from(build)
    .where(and(eq(build.serverId, serverId), eq(build.orgId, orgId)))
    .for('update');
  const [row] = await tx
    .delete(server)
    .where(and(eq(server.id, serverId), eq(server.orgId, orgId)))
    .returning();
  return row;
}

export async function listVersions(db: Queryable, orgId: string, serverId: string): Promise<VersionSummary[]> {
  return db
    .select({
      id: serverVersion.id,
      number: serverVersion.number,
      bundleSha256: serverVersion.bundleSha256,
      source: serverVersion.source,
      createdAt: serverVersion.createdAt,
      toolNames: sql<string[]>`jsonb_path_query_array(${serverVersion.spec}, '$.tools[*].name')`,
    })
    .from(serverVersion)
    .where(and(eq(serverVersion.serverId, serverId), eq(serverVersion.orgId, orgId)))
    .orderBy(desc(serverVersion.number))
    .limit(500);
}

export async function findVersionById(
  db: Queryable,
  orgId: string,
  versionId: string,
): Promise<VersionInfo | undefined> {
  const [row] = await db
    .select(versionInfo)
    .from(serverVersion)
    .where(and(eq(serverVersion.id, versionId), eq(serverVersion.orgId, orgId)));
  return row;
}

export async function findVersionByNumber(
  db: Queryable,
  orgId: string,
  { serverId, number }: { serverId: string; number: number },
): Promise<VersionInfo | undefined> {
  const [row] = await db
    .select(versionInfo)
    .from(serverVersion)
    .where(and(eq(serverVersion.serverId, serverId), eq(serverVersion.orgId, orgId), eq(serverVersion.number, number)));
  return row;
}

/** Inserts the next version of a server; the caller holds the lock on the server's row. */
export async function insertVersion(
  tx: Queryable,
  values: Omit<typeof serverVersion.$inferInsert, 'id' | 'number' | 'createdAt'>,
): Promise<VersionInfo> {
  const [last] = await tx
    .select({ number: sql<number>`coalesce(max(${serverVersion.number}), 0)`.mapWith(Number) })
    .from(serverVersion)
    .where(eq(serverVersion.serverId, values.serverId));
  const [row] = await tx
    .insert(serverVersion)
    .values({ id: newId('version'), number: (last?.number ?? 0) + 1, ...values })
    .returning(versionInfo);
  if (row === undefined) throw new Error('insert returned no row');
  return row;
}
