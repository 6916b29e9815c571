import { and, eq, isNull, lt, notExists, or } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import {
  oauthAuthorizationRequest,
  oauthClient,
  oauthCode,
  oauthGrant,
  oauthRefreshToken,
  oauthRevokedFamily,
} from '../schema/index.ts';

const DAY_MS = 86_400_000;

/**
 * Deletes what has ended. Codes stay for a day, so that a replay is still known for one; rotated refresh tokens stay
 * until they would have expired, for the same reason.
 * @param unusedClientsBefore clients without a grant that nobody used since then go as well
 */
export async function deleteExpiredOAuthRows(
  db: Queryable,
  { now, unusedClientsBefore }: { now: Date; unusedClientsBefore: Date },
): Promise<void> {
  await db.delete(oauthAuthorizationRequest).where(lt(oauthAuthorizationRequest.expiresAt, now));
  await db.delete(oauthCode).where(lt(oauthCode.expiresAt, new Date(now.getTime() - DAY_MS)));
  await db.delete(oauthRefreshToken).where(lt(oauthRefreshToken.expiresAt, now));
  await db.delete(oauthRevokedFamily).where(lt(oauthRevokedFamily.expiresAt, now));
  await db
    .delete(oauthClient)
    .where(
      and(
        or(
          lt(oauthClient.lastUsedAt, unusedClientsBefore),
          and(isNull(oauthClient.lastUsedAt), lt(oauthClient.createdAt, unusedClientsBefore)),
        ),
        notExists(db.select({ id: oauthGrant.id }).from(oauthGrant).where(eq(oauthGrant.clientId, oauthClient.id))),
      ),
    );
}
