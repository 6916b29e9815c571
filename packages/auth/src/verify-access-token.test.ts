import { createHmac, generateKeyPairSync } from 'node:crypto';
import {
  type CryptoKey,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { mintAccessToken, readOwnAccessToken } from './access-token.ts';
import { toBearerError, type VerifyAccessTokenOptions, verifyAccessToken } from './verify-access-token.ts';

const issuer = 'https://mcp.example.com';
const audience = `${issuer}/s/a/mcp`;
const now = new Date('2026-11-22T12:00:00Z');
const seconds = Math.floor(now.getTime() / 1000);
const subject = {
  userId: 'u1',
  clientId: 'mcp_a',
  resource: audience,
  scopes: ['mcp'],
  grantId: 'gnt_1',
  familyId: 'fam',
};

let privateKey: CryptoKey;
let publicPem: string;
let jwk: JWK;
let options: VerifyAccessTokenOptions;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  publicPem = await exportSPKI(pair.publicKey);
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  options = { jwks: createLocalJWKSet({ keys: [jwk] }), issuer, audience, now };
});

const goodClaims = {
  iss: issuer,
  sub: 'u1',
  aud: audience,
  client_id: 'mcp_a',
  scope: 'mcp',
  gid: 'g',
  fid: 'f',
  jti: 'j',
  iat: seconds,
  exp: seconds + 900,
};
const sign = (
  claims: Record<string, unknown>,
  header: Partial<JWTHeaderParameters> = {},
  key: CryptoKey = privateKey,
) => new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header }).sign(key);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refusal = async (token: string) => {
  const verdict = await verifyAccessToken(token, options);
  return verdict.ok ? undefined : verdict.refusal;
};

test('a minted token is accepted by its own server and tells whose it is', async () => {
  const token = await mintAccessToken(subject, { key: { kid: 'k1', privateKey }, issuer, now });
  const verdict = await verifyAccessToken(token, options);
  expect(verdict).toEqual({
    ok: true,
    claims: {
      userId: 'u1',
      clientId: 'mcp_a',
      scopes: ['mcp'],
      grantId: 'gnt_1',
      familyId: 'fam',
      tokenId: expect.any(String),
      issuedAt: now,
      expiresAt: new Date(now.getTime() + 900_000),
    },
  });
});

test('the issuer reads its own token for any server, and nobody else’s', async () => {
  const own = { jwks: { keys: [jwk] }, issuer, now };
  expect((await readOwnAccessToken(await sign(goodClaims), own))?.familyId).toBe('f');
  const stranger = await generateKeyPair('ES256');
  expect(await readOwnAccessToken(await sign(goodClaims, {}, stranger.privateKey), own)).toBeUndefined();
  expect(await readOwnAccessToken('not a token', own)).toBeUndefined();
});

describe('a token is refused', () => {
  test('O55: with alg none', async () => {
    const token = `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(goodClaims)}.`;
    expect(await refusal(token)).toBe('wrong_algorithm');
  });

  test('O56: with HS256 over the public key', async () => {
    const input = `${encode({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })}.${encode(goodClaims)}`;
    for (const secret of [publicPem, JSON.stringify(jwk)]) {
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await refusal(`${input}.${signature}`)).toBe('wrong_algorithm');
    }
  });

  test('O57: with a header that brings or names a key, or an unknown crit', async () => {
    const attacker = await generateKeyPair('ES256', { extractable: true });
    const own = await exportJWK(attacker.publicKey);
    const evil = 'https://evil.test/jwks';
    for (const header of [
      { jwk: own },
      { jku: evil },
      { x5u: evil },
      { x5c: ['AAAA'] },
    ] as Partial<JWTHeaderParameters>[])
      expect(await refusal(await sign(goodClaims, header, attacker.privateKey))).toBe('header_not_allowed');
    const crit = `${encode({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', crit: ['x'], x: 1 })}.${encode(goodClaims)}.AAAA`;
    expect(await refusal(crit)).toBe('header_not_allowed');
    for (const kid of ['../../dev/null', "' or 1=1 --", 'k2'])
      expect(await refusal(await sign(goodClaims, { kid }, attacker.privateKey))).toBe('unknown_key');
  });

  test('when another key signed it', async () => {
    const stranger = await generateKeyPair('ES256');
    expect(await refusal(await sign(goodClaims, {}, stranger.privateKey))).toBe('bad_signature');
  });

  test('O58: when it is a token of another kind', async () => {
    for (const typ of ['JWT', 'id_token+jwt', 'application/at+jwt', undefined])
      expect(await refusal(await sign(goodClaims, { typ: typ as string }))).toBe('wrong_type');
    expect(await refusal(await sign({ ...goodClaims, iss: 'https://evil.test' }))).toBe('wrong_issuer');
    for (const name of ['client_id', 'scope', 'gid', 'fid', 'jti', 'sub'] as const) {
      const { [name]: _left, ...claims } = goodClaims;
      expect(await refusal(await sign(claims))).toBe('claims_invalid');
    }
  });

  test.each([
    ['expired', { iat: seconds - 1000, exp: seconds - 100 }, 'expired'],
    ['nbf in the future', { nbf: seconds + 600 }, 'not_yet_valid'],
    ['iat in the future', { iat: seconds + 600, exp: seconds + 900 }, 'not_yet_valid'],
    ['iat missing', { iat: undefined }, 'claims_invalid'],
    ['exp missing', { exp: undefined }, 'claims_invalid'],
    ['exp as text', { exp: String(seconds + 900) }, 'claims_invalid'],
    ['ten years of life', { exp: seconds + 315_360_000 }, 'claims_invalid'],
  ])('O59: %s', async (_, change, reason) => {
    const claims = JSON.parse(JSON.stringify({ ...goodClaims, ...change }));
    expect(await refusal(await sign(claims))).toBe(reason);
  });

  test('O60: at another server of the same issuer', async () => {
    const verdict = await verifyAccessToken(await sign(goodClaims), { ...options, audience: `${issuer}/s/b/mcp` });
    expect(verdict).toEqual({ ok: false, refusal: 'wrong_audience' });
  });

  test.each([
    `${issuer}/s/a`,
    `${issuer}/s/ab/mcp`,
    `${audience}/`,
    `${audience}?x`,
    'https://MCP.example.com/s/a/mcp',
    issuer,
    '',
    [audience],
    [audience, `${issuer}/s/b/mcp`],
    undefined,
  ])('O61: unless its audience is this server to the letter: %j', async (aud) => {
    expect(await refusal(await sign(JSON.parse(JSON.stringify({ ...goodClaims, aud }))))).toMatch(
      /wrong_audience|claims_invalid/,
    );
  });

  test.each(['', 'x', 'a.b.c', `${'a'.repeat(9000)}.b.c`, '..', 'e30.e30.e30'])(
    'when it is no token: %.20s',
    async (token) => {
      expect(['malformed', 'wrong_algorithm']).toContain(await refusal(token));
    },
  );

  test('when the algorithm is another asymmetric one', async () => {
    const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const token = await new SignJWT(goodClaims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'at+jwt' })
      .sign(rsa);
    expect(await refusal(token)).toBe('wrong_algorithm');
  });
});

test('keys that cannot be read are our fault and no invalid token', async () => {
  const jwks = async () => {
    throw new Error('fetch failed');
  };
  const verdict = await verifyAccessToken(await sign(goodClaims), { ...options, jwks });
  expect(verdict).toEqual({ ok: false, refusal: 'keys_unavailable' });
  expect(toBearerError('keys_unavailable')).toBeUndefined();
  expect(toBearerError('bad_signature')).toEqual(toBearerError('wrong_issuer'));
});
