import {
  hashToken,
  judgeRefresh,
  REFRESH_TOKEN_TTL_MS,
  type RefreshTokenRequest,
  revokesFamily,
  successorOf,
} from '@bmm/auth';
import {
  consumeRefreshToken,
  findGrantView,
  findRefreshToken,
  insertRefreshToken,
  lockTokenFamily,
  type Queryable,
  type RefreshTokenRow,
} from '@bmm/db';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { currentFacts, endTokenFamily, type TokenOutcome } from './token-outcome.ts';

/**
 * Refresh token → its successor. Threat: a stolen refresh token (RFC 9700 §4.14). Every use gives the same successor, for
 * a few minutes and while nobody used that one; anything later shows that two parties hold the token and ends the family.
 */
export async function rotateRefreshToken(
  { config, db, now, refreshKey }: OAuthRoutesOptions,
  request: RefreshTokenRequest,
  ip: string,
): Promise<TokenOutcome> {
  const hash = hashToken(request.refreshToken);
  const successor = successorOf(request.refreshToken, refreshKey);
  return db.transaction(async (tx): Promise<TokenOutcome> => {
    const at = now();
    const token = await readInLockedFamily(tx, hash);
    const view = token && (await findGrantView(tx, token.grantId));
    if (token === undefined || view === undefined) return { refusal: 'unknown' };
    const { familyId, resource } = token;
    const next = await findRefreshToken(tx, hashToken(successor));
    const facts = { ...token, ...currentFacts(view, config.urls), successorUsed: next?.rotatedAt != null };
    const verdict = judgeRefresh(request, facts, at);
    if ('refusal' in verdict) {
      const { refusal } = verdict;
      if (revokesFamily(refusal)) await endTokenFamily(tx, { view, familyId, reason: refusal, now: at, ip });
      return { refusal };
    }
    if (verdict.use === 'first') {
      if (!(await consumeRefreshToken(tx, hash, at))) return { refusal: 'revoked' };
      await insertSuccessor(tx, token, successor, at);
    }
    const { userId, clientId, id: grantId } = view.grant;
    return {
      subject: { userId, clientId, resource, scopes: verdict.scopes, grantId, familyId },
      refreshToken: successor,
    };
  });
}

/** Reads again under the family's lock, so that what is judged is what is then changed. */
async function readInLockedFamily(tx: Queryable, hash: string): Promise<RefreshTokenRow | undefined> {
  const token = await findRefreshToken(tx, hash);
  if (token === undefined) return undefined;
  await lockTokenFamily(tx, token.familyId);
  return findRefreshToken(tx, hash);
}

async function insertSuccessor(tx: Queryable, token: RefreshTokenRow, successor: string, at: Date): Promise<void> {
  const { familyId, grantId, clientId, resource, scopes, absoluteExpiresAt } = token;
  const expiresAt = new Date(Math.min(at.getTime() + REFRESH_TOKEN_TTL_MS, absoluteExpiresAt.getTime()));
  const kept = { familyId, grantId, clientId, resource, scopes, absoluteExpiresAt };
  await insertRefreshToken(tx, { ...kept, hash: hashToken(successor), createdAt: at, expiresAt });
}
