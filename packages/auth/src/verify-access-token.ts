/**
 * What stands between a stranger and a server. Threat: tokens that are forged, of another kind, for another server, or
 * too old. One algorithm, one type, one issuer, one audience that must be equal to the letter; nothing in the token's
 * header chooses a key beyond its id among the keys that we published (RFC 8725, RFC 9068 §4).
 */
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { ACCESS_TOKEN_TTL_SECONDS, CLOCK_SKEW_SECONDS, SIGNING_ALGORITHM } from './constants.ts';

export type AccessTokenRefusal =
  | 'malformed'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'header_not_allowed'
  | 'unknown_key'
  | 'bad_signature'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'not_yet_valid'
  | 'claims_invalid'
  /** The keys could not be read: not the token's fault, so not a 401. */
  | 'keys_unavailable';

export interface AccessTokenClaims {
  userId: string;
  clientId: string;
  scopes: string[];
  grantId: string;
  /** Compare with the list of revoked families. */
  familyId: string;
  tokenId: string;
  issuedAt: Date;
  expiresAt: Date;
}

export interface VerifyAccessTokenOptions {
  /** Such as jose's `createRemoteJWKSet` or `createLocalJWKSet`. */
  jwks: JWTVerifyGetKey;
  issuer: string;
  /** The URL of the one server that the token must be for. */
  audience: string;
  now?: Date | undefined;
}

export type AccessTokenVerdict = { ok: true; claims: AccessTokenClaims } | { ok: false; refusal: AccessTokenRefusal };

/** Longer than any token that we make. */
const TOKEN_CHARS_MAX = 8192;
/** A header with any other member is not ours; `jku`, `x5u`, `jwk` and `crit` are how a key is smuggled in. */
const allowedHeaders = new Set(['alg', 'kid', 'typ']);

const ClaimsSchema = z.looseObject({
  sub: z.string().min(1),
  aud: z.string(),
  client_id: z.string().min(1),
  scope: z.string(),
  gid: z.string().min(1),
  fid: z.string().min(1),
  jti: z.string().min(1),
  iat: z.number().int(),
  exp: z.number().int(),
});

/** Never throws for what a caller sent. */
export async function verifyAccessToken(token: string, options: VerifyAccessTokenOptions): Promise<AccessTokenVerdict> {
  const now = options.now ?? new Date();
  const badHeader = refuseHeader(token);
  if (badHeader !== undefined) return { ok: false, refusal: badHeader };
  let payload: JWTPayload;
  try {
    ({ payload } = await jwtVerify(token, options.jwks, {
      issuer: options.issuer,
      audience: options.audience,
      typ: 'at+jwt',
      algorithms: [SIGNING_ALGORITHM],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: now,
      requiredClaims: ['sub', 'aud', 'exp', 'iat', 'jti'],
    }));
  } catch (error) {
    return { ok: false, refusal: toRefusal(error) };
  }
  return readClaims(payload, options.audience, now);
}

function refuseHeader(token: string): AccessTokenRefusal | undefined {
  if (token.length > TOKEN_CHARS_MAX) return 'malformed';
  try {
    const header = decodeProtectedHeader(token);
    if (header.alg !== SIGNING_ALGORITHM) return 'wrong_algorithm';
    if (header.typ !== 'at+jwt') return 'wrong_type';
    return Object.keys(header).every((name) => allowedHeaders.has(name)) ? undefined : 'header_not_allowed';
  } catch {
    return 'malformed';
  }
}

/** jose accepts a list of audiences that contains ours and any lifetime; we accept neither. */
function readClaims(payload: JWTPayload, audience: string, now: Date): AccessTokenVerdict {
  if (payload.aud !== audience) return { ok: false, refusal: 'wrong_audience' };
  const parsed = ClaimsSchema.safeParse(payload);
  if (!parsed.success) return { ok: false, refusal: 'claims_invalid' };
  const { sub, client_id, scope, gid, fid, jti, iat, exp } = parsed.data;
  if (iat > Math.floor(now.getTime() / 1000) + CLOCK_SKEW_SECONDS) return { ok: false, refusal: 'not_yet_valid' };
  if (exp <= iat || exp - iat > ACCESS_TOKEN_TTL_SECONDS) return { ok: false, refusal: 'claims_invalid' };
  return {
    ok: true,
    claims: {
      userId: sub,
      clientId: client_id,
      scopes: scope.split(' ').filter((name) => name !== ''),
      grantId: gid,
      familyId: fid,
      tokenId: jti,
      issuedAt: new Date(iat * 1000),
      expiresAt: new Date(exp * 1000),
    },
  };
}

function toRefusal(error: unknown): AccessTokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'wrong_audience';
    if (error.claim === 'iss') return 'wrong_issuer';
    if (error.claim === 'typ') return 'wrong_type';
    if (error.claim === 'nbf' && error.reason === 'check_failed') return 'not_yet_valid';
    return 'claims_invalid';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown_key';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'wrong_algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  if (error instanceof errors.JOSENotSupported) return 'header_not_allowed';
  return 'keys_unavailable';
}

/** What a client may learn: the code of RFC 6750 §3.1 with a sentence, or undefined when the fault is ours (503). */
export function toBearerError(
  refusal: AccessTokenRefusal,
): { error: 'invalid_token'; description: string } | undefined {
  switch (refusal) {
    case 'expired':
      return { error: 'invalid_token', description: 'The access token has expired.' };
    case 'wrong_audience':
      return { error: 'invalid_token', description: 'The access token is for another server.' };
    case 'malformed':
    case 'wrong_type':
    case 'wrong_algorithm':
    case 'header_not_allowed':
    case 'unknown_key':
    case 'bad_signature':
    case 'wrong_issuer':
    case 'not_yet_valid':
    case 'claims_invalid':
      return { error: 'invalid_token', description: 'The access token is not valid.' };
    case 'keys_unavailable':
      return undefined;
  }
}
