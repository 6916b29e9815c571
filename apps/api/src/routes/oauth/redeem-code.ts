import {
  type CodeTokenRequest,
  hashToken,
  REFRESH_TOKEN_ABSOLUTE_TTL_MS,
  REFRESH_TOKEN_TTL_MS,
  randomToken,
  refuseCode,
  revokesFamily,
} from '@bmm/auth';
import { consumeOAuthCode, findGrantView, findOAuthCode, insertRefreshToken } from '@bmm/db';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { currentFacts, endTokenFamily, type TokenOutcome } from './token-outcome.ts';

/**
 * Code → tokens, once. The code is burnt before anything is compared, in the transaction that stores what came of it: a
 * second redemption waits for the first, then finds its tokens and revokes them (RFC 6749 §4.1.2).
 */
export async function redeemCode(
  { config, db, now }: OAuthRoutesOptions,
  request: CodeTokenRequest,
  ip: string,
): Promise<TokenOutcome> {
  const at = now();
  const hash = hashToken(request.code);
  return db.transaction(async (tx): Promise<TokenOutcome> => {
    const code = await consumeOAuthCode(tx, hash, at);
    const known = code ?? (await findOAuthCode(tx, hash));
    const view = known && (await findGrantView(tx, known.grantId));
    if (known === undefined || view === undefined) return { refusal: 'unknown' };
    const { familyId, resource, scopes } = known;
    const refusal =
      code === undefined ? 'replayed' : refuseCode(request, { ...code, ...currentFacts(view, config.urls) }, at);
    if (refusal !== undefined) {
      if (revokesFamily(refusal)) await endTokenFamily(tx, { view, familyId, reason: refusal, now: at, ip });
      return { refusal };
    }
    const refreshToken = randomToken();
    await insertRefreshToken(tx, {
      hash: hashToken(refreshToken),
      familyId,
      grantId: view.grant.id,
      clientId: request.clientId,
      resource,
      scopes,
      createdAt: at,
      expiresAt: new Date(at.getTime() + REFRESH_TOKEN_TTL_MS),
      absoluteExpiresAt: new Date(at.getTime() + REFRESH_TOKEN_ABSOLUTE_TTL_MS),
    });
    const { userId, clientId, id: grantId } = view.grant;
    return { subject: { userId, clientId, resource, scopes, grantId, familyId }, refreshToken };
  });
}
