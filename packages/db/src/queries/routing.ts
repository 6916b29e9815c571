import type { JsonObject, ServerState, Spec } from '@bmm/types';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { server, serverVersion } from '../schema/index.ts';

/** What the gateway needs to know to route a request; reads across tenants, so nothing of it may leave the gateway. */
export interface ServerRoute {
  readonly serverId: string;
  readonly orgId: string;
  readonly slug: string;
  readonly name: string;
  readonly state: ServerState;
  /** The version that serves; undefined before the first one is live. */
  readonly version: { readonly id: string; readonly number: number; readonly bundleSha256: string } | undefined;
}

export async function findServerRoute(db: Queryable, slug: string): Promise<ServerRoute | undefined> {
  const [row] = await db
    .select({
      serverId: server.id,
      orgId: server.orgId,
      slug: server.slug,
      name: server.name,
      state: server.state,
      version: { id: serverVersion.id, number: serverVersion.number, bundleSha256: serverVersion.bundleSha256 },
    })
    .from(server)
    .leftJoin(serverVersion, eq(serverVersion.id, server.activeVersionId))
    .where(eq(server.slug, slug));
  return row === undefined ? undefined : { ...row, version: row.version ?? undefined };
}

/** The part of a version's spec that clients see, with the handler of each tool. Versions never change: keep it. */
export type ServedSpec = Pick<Spec, 'name' | 'description' | 'tools'>;

export async function findServedSpec(db: Queryable, versionId: string): Promise<ServedSpec | undefined> {
  const spec = sql<JsonObject>`${serverVersion.spec} - 'code'`;
  const [row] = await db.select({ spec }).from(serverVersion).where(eq(serverVersion.id, versionId));
  return row?.spec as ServedSpec | undefined;
}

/** The bundled code of a version, which may be a megabyte: ask only to start it. */
export async function loadBundle(
  db: Queryable,
  versionId: string,
): Promise<{ readonly sha256: string; readonly code: string } | undefined> {
  const [row] = await db
    .select({ sha256: serverVersion.bundleSha256, code: serverVersion.bundle })
    .from(serverVersion)
    .where(eq(serverVersion.id, versionId));
  return row;
}

export interface RunnableServer {
  readonly serverId: string;
  readonly state: ServerState;
  readonly bundleSha256: string | null;
}

/** Of these servers those that still exist, with the bundle that each should run. */
export async function listRunnableServers(db: Queryable, serverIds: readonly string[]): Promise<RunnableServer[]> {
  if (serverIds.length === 0) return [];
  return db
    .select({ serverId: server.id, state: server.state, bundleSha256: serverVersion.bundleSha256 })
    .from(server)
    .leftJoin(serverVersion, eq(serverVersion.id, server.activeVersionId))
    .where(inArray(server.id, [...serverIds]));
}

/** `sleeping` becomes `live`; every other state stays as it is. Resolves to whether something changed. */
export const markServerAwake = (db: Queryable, serverId: string): Promise<boolean> =>
  changeState(db, serverId, 'sleeping', 'live');

/** `live` becomes `sleeping`; every other state stays as it is. Resolves to whether something changed. */
export const markServerAsleep = (db: Queryable, serverId: string): Promise<boolean> =>
  changeState(db, serverId, 'live', 'sleeping');

async function changeState(db: Queryable, serverId: string, from: ServerState, to: ServerState): Promise<boolean> {
  const rows = await db
    .update(server)
    .set({ state: to })
    .where(and(eq(server.id, serverId), eq(server.state, from)))
    .returning({ id: server.id });
  return rows.length > 0;
}
