import { describe, expect, test } from 'vitest';
import { isRedirectUriAllowed, redirectHost, redirectUriKind } from './redirect-uri.ts';

describe('a redirect URI may be registered', () => {
  test.each([
    ['https://claude.ai/api/mcp/auth_callback', 'https'],
    ['https://client.example:8443/cb?x=1', 'https'],
    ['http://127.0.0.1/', 'loopback'],
    ['http://127.0.0.1:33418', 'loopback'],
    ['http://[::1]:5000/callback', 'loopback'],
    ['http://localhost:8787/callback', 'loopback'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'private_use'],
    ['vscode://vscode.github-authentication/did-authenticate', 'private_use'],
    ['com.example.app:/oauth', 'private_use'],
  ])('%s is %s', (uri, kind) => {
    expect(redirectUriKind(uri)).toBe(kind);
  });

  // O22
  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://a/b',
    'ms-msdt:/id',
    'search-ms:query',
    'http://host/cb',
    'HTTP://127.0.0.1/cb',
    'HTTPS://client.example/cb',
    '\u0001https://client.example/cb',
    ' https://client.example/cb',
    'https://client.example/c\tb',
    'https://client.example/c\nb',
    'https://client.example\\@evil.test/cb',
    'https://user@client.example/cb',
    'https://user:pw@client.example/cb',
    'https://client.example/cb#x',
    'https://client.example%00.evil.test/',
    'https://client.example/%0d%0aSet-Cookie:x',
    'https:client.example/cb',
    'https:///client.example/cb',
    'https://',
    'http://127.0.0.1.evil.test:1/callback',
    'http://127.0.0.1@evil.test/',
    'http://127.1:1/callback',
    'http://0x7f.1/callback',
    'http://127.0.0.1:99999/callback',
    'http://localhost.evil.test/callback',
    'http://127.0.0.1:80@evil.test/',
    'callback',
    '/callback',
    '//evil.test/cb',
    '',
    `https://client.example/${'a'.repeat(2000)}`,
  ])('%j may not', (uri) => {
    expect(redirectUriKind(uri)).toBeUndefined();
  });
});

describe('a request may use', () => {
  const registered = [
    'https://client.example/cb',
    'http://127.0.0.1/callback',
    'http://[::1]:1/cb?a=1',
    'cursor://a/cb',
  ];

  test.each([
    'https://client.example/cb',
    'http://127.0.0.1:53111/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:2/cb?a=1',
    'cursor://a/cb',
  ])('%s, which is registered or differs in a loopback port only', (uri) => {
    expect(isRedirectUriAllowed(registered, uri)).toBe(true);
  });

  test.each([
    'https://client.example/cb/',
    'https://client.example/cb?x=1',
    'https://client.example:443/cb',
    'https://Client.example/cb',
    'http://localhost:1/callback',
    'http://127.0.0.1:1/callback/',
    'http://127.0.0.1:1/Callback',
    'http://[::1]:2/cb?a=2',
    'cursor://a/cb2',
    'cursor://b/cb',
  ])('not %s', (uri) => {
    expect(isRedirectUriAllowed(registered, uri)).toBe(false);
  });

  test('not what an older, laxer rule let in', () => {
    expect(isRedirectUriAllowed(['javascript:alert(1)'], 'javascript:alert(1)')).toBe(false);
    expect(isRedirectUriAllowed(['http://client.example/cb'], 'http://client.example/cb')).toBe(false);
  });
});

test('the host that a person is shown names the scheme when it is an app’s own', () => {
  expect(redirectHost('https://client.example:8443/cb')).toBe('client.example:8443');
  expect(redirectHost('cursor://anysphere.cursor-mcp/cb')).toBe('cursor://anysphere.cursor-mcp');
  expect(redirectHost('com.example.app:/cb')).toBe('com.example.app:');
});
