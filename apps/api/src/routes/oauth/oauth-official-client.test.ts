import { verifyAccessToken } from '@bmm/auth';
import { freePort } from '@bmm/testing';
import { auth, type OAuthClientProvider, type OAuthDiscoveryState } from '@modelcontextprotocol/client';
import { createRemoteJWKSet } from 'jose';
import { expect, test } from 'vitest';
import { cookieOf, createTestClient, openOAuthTestBed, requestIdOf, type Tokens } from './oauth-test-bed.ts';

interface Saved {
  client?: ReturnType<OAuthClientProvider['clientInformation']>;
  tokens?: ReturnType<OAuthClientProvider['tokens']>;
  discovery?: OAuthDiscoveryState;
  verifier?: string;
  url?: URL;
}

test('the official MCP client discovers, registers, connects and refreshes by itself', async () => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  await using bed = await openOAuthTestBed({ issuer });
  await bed.addServer(await bed.addUser('ada'), 'echo');
  await bed.app.listen({ host: 'localhost', port });
  const serverUrl = `${issuer}/s/echo/mcp`;
  const saved: Saved = {};
  const provider: OAuthClientProvider = {
    redirectUrl: 'http://localhost:33418/callback',
    clientMetadata: { client_name: 'Official client', redirect_uris: ['http://localhost:33418/callback'] },
    state: () => 'some-state',
    clientInformation: () => saved.client,
    saveClientInformation: (client) => void Object.assign(saved, { client }),
    tokens: () => saved.tokens,
    saveTokens: (tokens) => void Object.assign(saved, { tokens }),
    redirectToAuthorization: (url) => void Object.assign(saved, { url }),
    saveCodeVerifier: (verifier) => void Object.assign(saved, { verifier }),
    codeVerifier: () => saved.verifier ?? '',
    saveDiscoveryState: (discovery) => void Object.assign(saved, { discovery }),
    discoveryState: () => saved.discovery,
  };

  expect(await auth(provider, { serverUrl })).toBe('REDIRECT');
  const url = saved.url;
  if (url === undefined) throw new Error('the client did not redirect');
  expect(url.origin + url.pathname).toBe(`${issuer}/oauth/authorize`);
  expect(url.searchParams.get('resource')).toBe(serverUrl);

  const person = createTestClient(bed);
  const started = await bed.app.inject(`${url.pathname}${url.search}`);
  const { redirectTo } = (await person.decide(requestIdOf(started), 'ada')).json<{ redirectTo: string }>();
  const back = await bed.app.inject({ url: redirectTo.slice(issuer.length), headers: { cookie: cookieOf(started) } });
  const answer = new URL(String(back.headers.location));
  expect(answer.searchParams.get('state')).toBe('some-state');
  const authorizationCode = answer.searchParams.get('code') ?? '';
  expect(await auth(provider, { serverUrl, authorizationCode, iss: answer.searchParams.get('iss') ?? '' })).toBe(
    'AUTHORIZED',
  );

  const first = saved.tokens as Tokens;
  const jwks = createRemoteJWKSet(new URL(`${issuer}/oauth/jwks`));
  const verdict = await verifyAccessToken(first.access_token, { jwks, issuer, audience: serverUrl, now: bed.now() });
  expect(verdict.ok).toBe(true);
  expect(await auth(provider, { serverUrl })).toBe('AUTHORIZED');
  expect((saved.tokens as Tokens).refresh_token).not.toBe(first.refresh_token);
});
