import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Stands for the api: publishes keys of its own and answers everything else with what it got. */
export async function startAuthorizationServer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const stranger = await generateKeyPair('ES256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/oauth/jwks') {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }));
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(302, { 'Set-Cookie': ['a=1; Path=/', 'b=2; Path=/'], Location: '/elsewhere?x=1' });
    response.end('moved');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** A valid token for `audience`, but for what is overridden. */
  const mint = async (issuer: string, audience: string | string[], overrides: TokenOverrides = {}) => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = { client_id: 'client', scope: 'mcp', gid: 'gnt_1', fid: 'fam_1', ...overrides.claims };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...overrides.header })
      .setIssuer(overrides.issuer ?? issuer)
      .setAudience(audience)
      .setSubject('user')
      .setJti(crypto.randomUUID())
      .setIssuedAt(overrides.expiresInSeconds === undefined ? nowSeconds : nowSeconds - 600)
      .setExpirationTime(nowSeconds + (overrides.expiresInSeconds ?? 600))
      .sign(overrides.isForeignKey ? stranger.privateKey : privateKey);
  };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, seen, mint, close };
}

export interface TokenOverrides {
  readonly claims?: Record<string, unknown>;
  readonly header?: { readonly alg?: string; readonly typ?: string };
  readonly issuer?: string;
  readonly expiresInSeconds?: number;
  readonly isForeignKey?: boolean;
}
