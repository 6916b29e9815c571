import {
  ACCESS_TOKEN_TTL_SECONDS,
  type AccessTokenSubject,
  CLOCK_SKEW_SECONDS,
  type GrantFacts,
  type TokenRefusal,
} from '@bmm/auth';
import { type GrantView, insertAuditEvent, type Queryable, revokeTokenFamily } from '@bmm/db';
import type { PublicUrls } from '@bmm/types';

/** What the token endpoint's two grants end in; a refusal is committed like a success, since it burns or revokes. */
export type TokenOutcome = { subject: AccessTokenSubject; refreshToken: string } | { refusal: TokenRefusal };

/** How things stand now with the grant behind a code or a refresh token. */
export function currentFacts({ grant, server, isMember }: GrantView, urls: PublicUrls) {
  return {
    grantRevokedAt: grant.revokedAt,
    serverState: server.state,
    serverResource: urls.mcpUrl(server.slug),
    hasAccess: isMember,
  } satisfies Partial<GrantFacts>;
}

/** Revokes a family and writes down why; the gateways refuse its access tokens from then on. */
export async function endTokenFamily(
  tx: Queryable,
  {
    view,
    familyId,
    reason,
    now,
    ip,
  }: { view: GrantView; familyId: string; reason: TokenRefusal | 'requested'; now: Date; ip: string },
): Promise<void> {
  const accessTokensEndAt = new Date(now.getTime() + (ACCESS_TOKEN_TTL_SECONDS + CLOCK_SKEW_SECONDS) * 1000);
  await revokeTokenFamily(tx, { familyId, now, accessTokensEndAt });
  await insertAuditEvent(tx, {
    orgId: view.server.orgId,
    actorUserId: view.grant.userId,
    action: 'oauth.tokens.revoked',
    resourceType: 'server',
    resourceId: view.server.id,
    metadata: { reason, clientId: view.grant.clientId, grantId: view.grant.id, familyId },
    ip,
  });
}
