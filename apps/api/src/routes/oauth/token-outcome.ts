import type { AccessTokenSubject, GrantFacts, TokenRefusal } from '@bmm/auth';
import { type GrantView, insertAuditEvent, type Queryable, revokeTokenFamily } from '@bmm/db';
import { accessTokensEndAt } from '@bmm/services';
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
  await revokeTokenFamily(tx, { familyId, now, accessTokensEndAt: accessTokensEndAt(now) });
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
