import { createHash } from 'node:crypto';
import { Secret } from '@bmm/types';
import { describe, expect, test } from 'vitest';
import { REFRESH_GRACE_MS } from './constants.ts';
import type { TokenRefusal } from './token-refusal.ts';
import { revokesFamily, toTokenError } from './token-refusal.ts';
import { type CodeFacts, judgeRefresh, type RefreshFacts, refuseCode, successorOf } from './token-rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const verifier = 'v'.repeat(43);
const facts = {
  clientId: 'mcp_a',
  resource: 'https://mcp.example.com/s/a/mcp',
  scopes: ['mcp'],
  expiresAt: later(60_000),
  grantRevokedAt: null,
  serverState: 'live',
  serverResource: 'https://mcp.example.com/s/a/mcp',
  hasAccess: true,
} as const;

describe('a code', () => {
  const code: CodeFacts = {
    ...facts,
    redirectUri: 'https://client.example/cb',
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
  };
  const request = {
    grantType: 'authorization_code',
    clientId: 'mcp_a',
    code: 'c',
    verifier,
    redirectUri: 'https://client.example/cb',
    resource: undefined,
  } as const;

  test('gives tokens when everything fits, also without a repeated redirect URI and resource', () => {
    expect(refuseCode(request, code, now)).toBeUndefined();
    expect(refuseCode({ ...request, redirectUri: undefined, resource: facts.resource }, code, now)).toBeUndefined();
  });

  test.each<[TokenRefusal, Partial<typeof request> | Record<string, unknown>, Partial<CodeFacts>]>([
    ['wrong_client', { clientId: 'mcp_b' }, {}],
    ['expired', {}, { expiresAt: now }],
    ['wrong_redirect_uri', { redirectUri: 'https://client.example/other' }, {}],
    ['verifier_missing', { verifier: undefined }, {}],
    ['verifier_mismatch', { verifier: 'w'.repeat(43) }, {}],
    ['verifier_mismatch', {}, { codeChallenge: '' }],
    ['wrong_resource', { resource: 'https://mcp.example.com/s/b/mcp' }, {}],
    ['revoked', {}, { grantRevokedAt: now }],
    ['not_a_member', {}, { hasAccess: false }],
    ['server_paused', {}, { serverState: 'paused' }],
    ['server_gone', {}, { serverState: 'taken_down' }],
    ['server_gone', {}, { serverResource: 'https://mcp.example.com/s/renamed/mcp' }],
  ])('is refused as %s', (reason, change, state) => {
    expect(refuseCode({ ...request, ...change }, { ...code, ...state }, now)).toBe(reason);
  });
});

describe('a refresh token', () => {
  const token: RefreshFacts = {
    ...facts,
    absoluteExpiresAt: later(1e9),
    rotatedAt: null,
    revokedAt: null,
    successorUsed: false,
  };
  const request = {
    grantType: 'refresh_token',
    clientId: 'mcp_a',
    refreshToken: 'r',
    scope: undefined,
    resource: undefined,
  } as const;

  test('is used for the first time, and again within the grace', () => {
    expect(judgeRefresh(request, token, now)).toEqual({ use: 'first', scopes: ['mcp'] });
    const rotated = { ...token, rotatedAt: new Date(now.getTime() - REFRESH_GRACE_MS) };
    expect(judgeRefresh(request, rotated, now)).toEqual({ use: 'again', scopes: ['mcp'] });
    expect(judgeRefresh({ ...request, scope: ' mcp offline_access' }, token, now)).toEqual({
      use: 'first',
      scopes: ['mcp'],
    });
  });

  test.each<[TokenRefusal, Record<string, unknown>, Partial<RefreshFacts>]>([
    ['wrong_client', { clientId: 'mcp_b' }, {}],
    ['revoked', {}, { revokedAt: now }],
    ['replayed', {}, { rotatedAt: new Date(now.getTime() - REFRESH_GRACE_MS - 1) }],
    ['superseded', {}, { rotatedAt: now, successorUsed: true }],
    ['expired', {}, { expiresAt: now }],
    ['expired', {}, { absoluteExpiresAt: now }],
    ['scope_exceeds_grant', { scope: 'mcp admin' }, {}],
    ['wrong_resource', { resource: 'https://mcp.example.com/s/b/mcp' }, {}],
    ['not_a_member', {}, { hasAccess: false }],
  ])('is refused as %s', (reason, change, state) => {
    expect(judgeRefresh({ ...request, ...change }, { ...token, ...state }, now)).toEqual({ refusal: reason });
  });

  test('has one successor, which only the holder of the key can derive', () => {
    const key = new Secret(Buffer.alloc(32, 1));
    expect(successorOf('r', key)).toBe(successorOf('r', key));
    expect(successorOf('r', key)).not.toBe(successorOf('s', key));
    expect(successorOf('r', key)).not.toBe(successorOf('r', new Secret(Buffer.alloc(32, 2))));
  });
});

test('a caller cannot tell the reasons of an invalid grant apart', () => {
  const texts = (
    ['unknown', 'replayed', 'expired', 'revoked', 'wrong_client', 'verifier_mismatch', 'not_a_member'] as const
  ).map((reason) => `${toTokenError(reason).code} ${toTokenError(reason).message}`);
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toMatch(/^invalid_grant /);
});

test('a code or token in wrong hands ends its family; an honest mistake does not', () => {
  expect((['replayed', 'wrong_client', 'verifier_mismatch'] as const).every(revokesFamily)).toBe(true);
  expect((['unknown', 'expired', 'wrong_resource', 'server_paused'] as const).some(revokesFamily)).toBe(false);
});
