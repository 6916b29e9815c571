/** The rules of the two grants, as decisions over facts that the caller has read: no clock, no store, no wire. */
import { createHmac } from 'node:crypto';
import type { Secret, ServerState } from '@bmm/types';
import { REFRESH_GRACE_MS } from './constants.ts';
import { verifierMatches } from './pkce.ts';
import { parseScope } from './scope.ts';
import type { TokenRefusal } from './token-refusal.ts';
import type { CodeTokenRequest, RefreshTokenRequest } from './token-request.ts';

/** What a code or refresh token was issued for, and how things stand now. */
export interface GrantFacts {
  clientId: string;
  resource: string;
  scopes: readonly string[];
  expiresAt: Date;
  grantRevokedAt: Date | null;
  serverState: ServerState;
  /** The server's URL now. */
  serverResource: string;
  /** Whether the user may still use the server. */
  hasAccess: boolean;
}

export interface CodeFacts extends GrantFacts {
  redirectUri: string;
  codeChallenge: string;
}

export interface RefreshFacts extends GrantFacts {
  absoluteExpiresAt: Date;
  rotatedAt: Date | null;
  revokedAt: Date | null;
  /** Whether the token that took this one's place has itself been used. */
  successorUsed: boolean;
}

/** Why a code that this very request has just consumed gives no tokens, or undefined when it does. */
export function refuseCode(request: CodeTokenRequest, code: CodeFacts, now: Date): TokenRefusal | undefined {
  if (code.clientId !== request.clientId) return 'wrong_client';
  if (code.expiresAt <= now) return 'expired';
  if (request.redirectUri !== undefined && request.redirectUri !== code.redirectUri) return 'wrong_redirect_uri';
  if (request.verifier === undefined) return 'verifier_missing';
  if (!verifierMatches(request.verifier, code.codeChallenge)) return 'verifier_mismatch';
  return refuseGrant(request.resource, code);
}

/**
 * Why a refresh token gives no tokens, or whether it is used for the first time or again. A rotated token may be used
 * again for a while, since clients lose answers; it then gives the same successor, so that nothing is gained by it.
 */
export function judgeRefresh(
  request: RefreshTokenRequest,
  token: RefreshFacts,
  now: Date,
): { use: 'first' | 'again'; scopes: string[] } | { refusal: TokenRefusal } {
  if (token.clientId !== request.clientId) return { refusal: 'wrong_client' };
  if (token.revokedAt !== null) return { refusal: 'revoked' };
  if (token.rotatedAt !== null) {
    if (now.getTime() - token.rotatedAt.getTime() > REFRESH_GRACE_MS) return { refusal: 'replayed' };
    // The successor's use shows that it arrived: two parties hold tokens of this family, and one of them is a thief.
    if (token.successorUsed) return { refusal: 'superseded' };
  }
  if (token.expiresAt <= now || token.absoluteExpiresAt <= now) return { refusal: 'expired' };
  const refusal = refuseGrant(request.resource, token);
  if (refusal !== undefined) return { refusal };
  const scopes = request.scope === undefined ? [...token.scopes] : parseScope(request.scope);
  if (scopes === undefined || !scopes.every((scope) => token.scopes.includes(scope)))
    return { refusal: 'scope_exceeds_grant' };
  return { use: token.rotatedAt === null ? 'first' : 'again', scopes };
}

/**
 * The token that takes this one's place. Derived, not random, so that a retry and a parallel call get the same one
 * without it being stored; nobody without the key can go from one token to the next.
 */
export function successorOf(refreshToken: string, key: Secret<Buffer>): string {
  return createHmac('sha256', key.reveal()).update(`refresh-token:${refreshToken}`).digest('base64url');
}

function refuseGrant(resource: string | undefined, facts: GrantFacts): TokenRefusal | undefined {
  if (facts.grantRevokedAt !== null) return 'revoked';
  if (!facts.hasAccess) return 'not_a_member';
  if (facts.serverState === 'taken_down' || facts.serverResource !== facts.resource) return 'server_gone';
  if (facts.serverState === 'paused') return 'server_paused';
  if (resource !== undefined && resource !== facts.resource) return 'wrong_resource';
  return undefined;
}
