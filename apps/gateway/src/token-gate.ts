import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AccessTokenClaims, toBearerError, verifyAccessToken } from '@bmm/auth/verify';
import { AppError, type PublicUrls } from '@bmm/types';
import { createRemoteJWKSet } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  JWKS_COOLDOWN_MS,
  JWKS_MAX_AGE_MS,
  JWKS_TIMEOUT_MS,
  TOKEN_CACHE_TTL_MS,
  TOKEN_CHARS_MAX,
  TOKENS_MAX,
} from './constants.ts';
import type { Revocations } from './revocations.ts';

/** The one scope that a server has; step-up to a second one fails in most clients. */
const SCOPE = 'mcp';

/** An answer that tells the client how to get a token (RFC 6750 §3, RFC 9728 §5.1). */
export class BearerChallenge extends AppError {
  readonly challenge: string;

  constructor(code: 'unauthorized' | 'forbidden', detail: string, challenge: string) {
    super(code, detail);
    this.challenge = challenge;
  }
}

export interface TokenGate {
  /**
   * Lets in who holds a valid token for this one server.
   * @throws BearerChallenge, or AppError `unavailable` when keys or revocations cannot be read
   */
  authenticate(request: IncomingMessage, slug: string): Promise<AccessTokenClaims>;
}

export interface TokenGateOptions {
  readonly urls: PublicUrls;
  readonly jwksUrl: URL;
  readonly revocations: Revocations;
}

export function createTokenGate({ urls, jwksUrl, revocations }: TokenGateOptions): TokenGate {
  const jwks = createRemoteJWKSet(jwksUrl, {
    timeoutDuration: JWKS_TIMEOUT_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
  });
  /** By a hash, so that no token lies in memory longer than its request. */
  const verified = new LRUCache<string, AccessTokenClaims>({ max: TOKENS_MAX });

  const verify = async (token: string, slug: string): Promise<AccessTokenClaims> => {
    const audience = urls.mcpUrl(slug);
    const key = createHash('sha256').update(`${audience}\n${token}`).digest('base64url');
    const known = verified.get(key);
    if (known !== undefined && known.expiresAt.getTime() > Date.now()) return known;
    const verdict = await verifyAccessToken(token, { jwks, issuer: urls.issuer, audience });
    if (!verdict.ok) {
      const bearer = toBearerError(verdict.refusal);
      if (bearer === undefined)
        throw new AppError('unavailable', 'Access cannot be checked at the moment. Try again.', {
          retryAfterSeconds: 2,
        });
      throw refuse(urls, slug, bearer.description);
    }
    const ttl = Math.min(TOKEN_CACHE_TTL_MS, verdict.claims.expiresAt.getTime() - Date.now());
    if (ttl > 0) verified.set(key, verdict.claims, { ttl });
    return verdict.claims;
  };

  return {
    async authenticate(request, slug) {
      const token = bearerTokenOf(request);
      if (token === undefined) {
        const detail = 'This server needs an access token. Sign in through its authorization server.';
        throw new BearerChallenge('unauthorized', detail, challengeOf(urls, slug, []));
      }
      const claims = await verify(token, slug);
      if (revocations.isRevoked(claims.familyId)) throw refuse(urls, slug, 'The access was withdrawn.');
      if (!claims.scopes.includes(SCOPE)) {
        const detail = `The access token lacks the scope "${SCOPE}".`;
        throw new BearerChallenge('forbidden', detail, challengeOf(urls, slug, ['error="insufficient_scope"']));
      }
      return claims;
    },
  };
}

/** Only from the header: tokens in a query end up in logs (OAuth 2.1 §5.1, MCP authorization §Token usage). */
function bearerTokenOf({ headers }: IncomingMessage): string | undefined {
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token === undefined || token.length > TOKEN_CHARS_MAX ? undefined : token;
}

/** `description` has no quotes and no backslashes: it is one of our own sentences. */
function refuse(urls: PublicUrls, slug: string, description: string): BearerChallenge {
  const members = ['error="invalid_token"', `error_description="${description}"`];
  return new BearerChallenge('unauthorized', description, challengeOf(urls, slug, members));
}

function challengeOf(urls: PublicUrls, slug: string, members: readonly string[]): string {
  const metadata = `resource_metadata="${urls.protectedResourceMetadataUrl(slug)}"`;
  return `Bearer ${[...members, metadata, `scope="${SCOPE}"`].join(', ')}`;
}
