import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, SignJWT } from 'jose';
import { ACCESS_TOKEN_TTL_SECONDS, SIGNING_ALGORITHM } from './constants.ts';
import type { SigningKey } from './signing-keys.ts';
import { type AccessTokenClaims, verifyAccessToken } from './verify-access-token.ts';

export interface AccessTokenSubject {
  userId: string;
  clientId: string;
  /** The one server that takes the token. */
  resource: string;
  scopes: readonly string[];
  grantId: string;
  /** Everything that came from one authorization code; revoked together. */
  familyId: string;
}

/** A JWT access token (RFC 9068) for exactly one audience; lives ACCESS_TOKEN_TTL_SECONDS. */
export async function mintAccessToken(
  subject: AccessTokenSubject,
  { key, issuer, now }: { key: SigningKey; issuer: string; now: Date },
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  const { clientId, grantId, familyId } = subject;
  return new SignJWT({ client_id: clientId, scope: subject.scopes.join(' '), gid: grantId, fid: familyId })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(subject.userId)
    .setAudience(subject.resource)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_TTL_SECONDS)
    .setJti(randomUUID())
    .sign(key.privateKey);
}

/** The claims of a token of ours for whatever server, or undefined: for the one who issued it, never for a server. */
export async function readOwnAccessToken(
  token: string,
  { jwks, issuer, now }: { jwks: JSONWebKeySet; issuer: string; now: Date },
): Promise<AccessTokenClaims | undefined> {
  const audience = audienceOf(token);
  if (audience === undefined) return undefined;
  const verdict = await verifyAccessToken(token, { jwks: createLocalJWKSet(jwks), issuer, audience, now });
  return verdict.ok ? verdict.claims : undefined;
}

function audienceOf(token: string): string | undefined {
  try {
    const { aud } = decodeJwt(token);
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}
