import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { member, oauthClient, server } from '../schema/index.ts';

export type OAuthClientRow = typeof oauthClient.$inferSelect;

export async function insertOAuthClient(db: Queryable, client: typeof oauthClient.$inferInsert): Promise<void> {
  await db.insert(oauthClient).values(client);
}

export async function findOAuthClient(db: Queryable, id: string): Promise<OAuthClientRow | undefined> {
  const [row] = await db.select().from(oauthClient).where(eq(oauthClient.id, id));
  return row;
}

/** Keeps a client from the sweep of those that nobody uses; writes once a day at most. */
export async function touchOAuthClient(db: Queryable, id: string, now: Date): Promise<void> {
  const yesterday = new Date(now.getTime() - 86_400_000);
  await db
    .update(oauthClient)
    .set({ lastUsedAt: now })
    .where(and(eq(oauthClient.id, id), or(isNull(oauthClient.lastUsedAt), lt(oauthClient.lastUsedAt, yesterday))));
}

export type ProtectedServerRow = Pick<typeof server.$inferSelect, 'id' | 'orgId' | 'name' | 'slug' | 'state'>;

/** A server as a protected resource; across organisations, since its URL is public. */
export async function findProtectedServer(db: Queryable, slug: string): Promise<ProtectedServerRow | undefined> {
  const [row] = await db
    .select({ id: server.id, orgId: server.orgId, name: server.name, slug: server.slug, state: server.state })
    .from(server)
    .where(eq(server.slug, slug));
  return row;
}

/** The state of a server, while the user is a member of its organisation; undefined otherwise. */
export async function findServerStateForMember(
  db: Queryable,
  { serverId, userId }: { serverId: string; userId: string },
): Promise<ProtectedServerRow['state'] | undefined> {
  const [row] = await db
    .select({ state: server.state })
    .from(server)
    .innerJoin(member, eq(member.organizationId, server.orgId))
    .where(and(eq(server.id, serverId), eq(member.userId, userId)));
  return row?.state;
}
