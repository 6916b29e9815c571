import { newId } from '@bmm/types';
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { member, oauthCode, oauthGrant, oauthRefreshToken, oauthRevokedFamily, server } from '../schema/index.ts';

export type OAuthGrantRow = typeof oauthGrant.$inferSelect;
export type OAuthCodeRow = typeof oauthCode.$inferSelect;
export type RefreshTokenRow = typeof oauthRefreshToken.$inferSelect;

/** A grant with how things stand now: whose it is, the server's state, and whether the user may still use it. */
export interface GrantView {
  grant: OAuthGrantRow;
  server: Pick<typeof server.$inferSelect, 'id' | 'orgId' | 'slug' | 'state'>;
  isMember: boolean;
}

/** One row a user, client and server: a new consent renews it, also after it was revoked. */
export async function upsertOAuthGrant(
  db: Queryable,
  { now, ...grant }: { userId: string; clientId: string; serverId: string; scopes: string[]; now: Date },
): Promise<OAuthGrantRow> {
  const [row] = await db
    .insert(oauthGrant)
    .values({ id: newId('grant'), ...grant, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({
      target: [oauthGrant.userId, oauthGrant.clientId, oauthGrant.serverId],
      set: { scopes: grant.scopes, updatedAt: now, revokedAt: null },
    })
    .returning();
  if (row === undefined) throw new Error('upsert returned no row');
  return row;
}

export async function findGrantView(db: Queryable, grantId: string): Promise<GrantView | undefined> {
  const [row] = await db
    .select({
      grant: oauthGrant,
      server: { id: server.id, orgId: server.orgId, slug: server.slug, state: server.state },
      memberId: member.id,
    })
    .from(oauthGrant)
    .innerJoin(server, eq(server.id, oauthGrant.serverId))
    .leftJoin(member, and(eq(member.organizationId, server.orgId), eq(member.userId, oauthGrant.userId)))
    .where(eq(oauthGrant.id, grantId));
  return row && { grant: row.grant, server: row.server, isMember: row.memberId !== null };
}

export async function insertOAuthCode(db: Queryable, code: typeof oauthCode.$inferInsert): Promise<void> {
  await db.insert(oauthCode).values(code);
}

/** Takes a code, once: of parallel callers one gets the row. Expiry is the caller's to judge, since the code is burnt either way. */
export async function consumeOAuthCode(db: Queryable, hash: string, now: Date): Promise<OAuthCodeRow | undefined> {
  const [row] = await db
    .update(oauthCode)
    .set({ usedAt: now })
    .where(and(eq(oauthCode.hash, hash), isNull(oauthCode.usedAt)))
    .returning();
  return row;
}

export async function findOAuthCode(db: Queryable, hash: string): Promise<OAuthCodeRow | undefined> {
  const [row] = await db.select().from(oauthCode).where(eq(oauthCode.hash, hash));
  return row;
}

/** A successor that a parallel rotation has already stored is the same row. */
export async function insertRefreshToken(db: Queryable, token: typeof oauthRefreshToken.$inferInsert): Promise<void> {
  await db.insert(oauthRefreshToken).values(token).onConflictDoNothing();
}

export async function findRefreshToken(db: Queryable, hash: string): Promise<RefreshTokenRow | undefined> {
  const [row] = await db.select().from(oauthRefreshToken).where(eq(oauthRefreshToken.hash, hash));
  return row;
}

/** Marks a refresh token as rotated, once: of parallel callers one gets true. */
export async function consumeRefreshToken(db: Queryable, hash: string, now: Date): Promise<boolean> {
  const rows = await db
    .update(oauthRefreshToken)
    .set({ rotatedAt: now })
    .where(
      and(
        eq(oauthRefreshToken.hash, hash),
        isNull(oauthRefreshToken.rotatedAt),
        isNull(oauthRefreshToken.revokedAt),
        gt(oauthRefreshToken.expiresAt, now),
        gt(oauthRefreshToken.absoluteExpiresAt, now),
      ),
    )
    .returning({ hash: oauthRefreshToken.hash });
  return rows.length === 1;
}

/** Nobody else rotates or revokes this family before the transaction ends; without it a successor could escape a revocation. */
export async function lockTokenFamily(tx: Queryable, familyId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`oauth-family:${familyId}`}, 0))`);
}

/** Ends every refresh token of a family, and tells the gateways to refuse its access tokens until the last has expired. */
export async function revokeTokenFamily(
  tx: Queryable,
  { familyId, now, accessTokensEndAt }: { familyId: string; now: Date; accessTokensEndAt: Date },
): Promise<void> {
  await lockTokenFamily(tx, familyId);
  await tx
    .update(oauthRefreshToken)
    .set({ revokedAt: now })
    .where(and(eq(oauthRefreshToken.familyId, familyId), isNull(oauthRefreshToken.revokedAt)));
  await tx
    .insert(oauthRevokedFamily)
    .values({ familyId, expiresAt: accessTokensEndAt })
    .onConflictDoUpdate({ target: oauthRevokedFamily.familyId, set: { expiresAt: accessTokensEndAt } });
}

/** Families whose access tokens may not have expired yet; what gateways read. */
export async function listRevokedFamilies(db: Queryable, now: Date): Promise<string[]> {
  const rows = await db
    .select({ familyId: oauthRevokedFamily.familyId })
    .from(oauthRevokedFamily)
    .where(gt(oauthRevokedFamily.expiresAt, now));
  return rows.map((row) => row.familyId);
}
