import { type ApiKeyScope, newId } from '@bmm/types';
import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { apiKey, organization, user } from '../schema/index.ts';

export type ApiKeyRow = typeof apiKey.$inferSelect;

export async function insertApiKey(
  tx: Queryable,
  values: { orgId: string; userId: string; name: string; prefix: string; hash: string; scopes: ApiKeyScope[] },
): Promise<ApiKeyRow> {
  const [row] = await tx
    .insert(apiKey)
    .values({ id: newId('apiKey'), ...values })
    .returning();
  if (row === undefined) throw new Error('insert returned no row');
  return row;
}

export async function listApiKeysInOrg(db: Queryable, orgId: string): Promise<ApiKeyRow[]> {
  return db.select().from(apiKey).where(eq(apiKey.orgId, orgId)).orderBy(desc(apiKey.createdAt)).limit(200);
}

export async function deleteApiKeyInOrg(tx: Queryable, orgId: string, id: string): Promise<ApiKeyRow | undefined> {
  const [row] = await tx
    .delete(apiKey)
    .where(and(eq(apiKey.id, id), eq(apiKey.orgId, orgId)))
    .returning();
  return row;
}

export async function findApiKeyByHash(
  db: Queryable,
  hash: string,
): Promise<{ key: ApiKeyRow; organizationName: string; email: string; name: string } | undefined> {
  const [row] = await db
    .select({ key: apiKey, organizationName: organization.name, email: user.email, name: user.name })
    .from(apiKey)
    .innerJoin(user, eq(user.id, apiKey.userId))
    .innerJoin(organization, eq(organization.id, apiKey.orgId))
    .where(eq(apiKey.hash, hash));
  return row;
}

/** Written at most once a minute a key, so that a busy key does not write on every request. */
export async function touchApiKey(db: Queryable, id: string): Promise<void> {
  await db
    .update(apiKey)
    .set({ lastUsedAt: sql`now()` })
    .where(
      and(eq(apiKey.id, id), or(isNull(apiKey.lastUsedAt), lt(apiKey.lastUsedAt, sql`now() - interval '1 minute'`))),
    );
}
