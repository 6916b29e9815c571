import { eq, inArray, type SQL } from 'drizzle-orm';
import { union } from 'drizzle-orm/pg-core';
import type { Queryable } from '../database.ts';
import { oauthCode, oauthGrant, oauthRefreshToken, oauthRevokedFamily } from '../schema/index.ts';

/** Call these before what they name is deleted: its grants and tokens go with it, and nobody would know the families. */
export async function revokeFamiliesOfServers(
  tx: Queryable,
  serverIds: readonly string[],
  accessTokensEndAt: Date,
): Promise<void> {
  if (serverIds.length > 0) await revokeFamilies(tx, inArray(oauthGrant.serverId, [...serverIds]), accessTokensEndAt);
}

export const revokeFamiliesOfUser = (tx: Queryable, userId: string, accessTokensEndAt: Date): Promise<void> =>
  revokeFamilies(tx, eq(oauthGrant.userId, userId), accessTokensEndAt);

/** A family may have a refresh token, or only the code that it begins with. */
async function revokeFamilies(tx: Queryable, ofGrants: SQL, accessTokensEndAt: Date): Promise<void> {
  const families = await union(
    tx
      .select({ familyId: oauthRefreshToken.familyId })
      .from(oauthRefreshToken)
      .innerJoin(oauthGrant, eq(oauthGrant.id, oauthRefreshToken.grantId))
      .where(ofGrants),
    tx
      .select({ familyId: oauthCode.familyId })
      .from(oauthCode)
      .innerJoin(oauthGrant, eq(oauthGrant.id, oauthCode.grantId))
      .where(ofGrants),
  );
  if (families.length === 0) return;
  await tx
    .insert(oauthRevokedFamily)
    .values(families.map(({ familyId }) => ({ familyId, expiresAt: accessTokensEndAt })))
    .onConflictDoUpdate({ target: oauthRevokedFamily.familyId, set: { expiresAt: accessTokensEndAt } });
}
