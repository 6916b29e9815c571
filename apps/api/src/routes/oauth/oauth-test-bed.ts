import { createHash, randomBytes } from 'node:crypto';
import { createSealer, createSigningKeys, type SigningKeys } from '@bmm/auth';
import { createSigningKeyStore, type Database, ensurePersonalOrganization, openDatabase, schema } from '@bmm/db';
import { createMigratedDatabase } from '@bmm/testing';
import { newId, publicUrls, Secret } from '@bmm/types';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { installErrorHandler } from '../../http/error-handler.ts';
import { oauthRoutes } from './oauth-routes.ts';

export const ISSUER = 'http://localhost:4100';
export const WEB = 'http://localhost:3000';
export const REDIRECT_URI = 'https://client.example/cb';
const urlsOf = (issuer: string, template = `${issuer}/s/{slug}/mcp`) => publicUrls(issuer, template);
export const urls = urlsOf(ISSUER);

export interface TestUser {
  id: string;
  email: string;
  orgId: string;
}

export interface Pkce {
  verifier: string;
  challenge: string;
}

export function makePkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
  token_type: string;
}

/** The authorization server in a bare app on a real database, with a clock that a test moves and a cookie that signs in. */
export interface OAuthTestBed extends AsyncDisposable {
  app: FastifyInstance;
  db: Database;
  signingKeys: SigningKeys;
  now(): Date;
  advanceMs(ms: number): void;
  addUser(name: string): Promise<TestUser>;
  addServer(owner: TestUser, slug: string): Promise<string>;
}

export async function openOAuthTestBed(
  options: { secureCookies?: boolean; issuer?: string; template?: string } = {},
): Promise<OAuthTestBed> {
  const database = await createMigratedDatabase();
  const connection = openDatabase({ url: database.url, connectionsMax: 8, onError: () => undefined });
  const { db } = connection;
  let time = Date.parse('2026-11-22T12:00:00Z');
  const now = () => new Date(time);
  const sealer = createSealer({ keys: { k1: new Secret(randomBytes(32)) }, current: 'k1' });
  const signingKeys = createSigningKeys({ store: createSigningKeyStore(db), sealer, now });
  const users = new Map<string, TestUser>();
  const counts = new Map<string, number>();

  const app = Fastify();
  app.decorateRequest('problemCode', undefined);
  installErrorHandler(app);
  await oauthRoutes(app, {
    config: {
      urls: urlsOf(options.issuer ?? ISSUER, options.template),
      webUrl: WEB,
      secureCookies: options.secureCookies ?? false,
    },
    db,
    signingKeys,
    refreshKey: new Secret(randomBytes(32)),
    now,
    getSession: async (request) => {
      const user = users.get(/session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
      return user && { userId: user.id, email: user.email };
    },
    keys: {
      async increment(key, windowMs) {
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        return { count, resetsInMs: windowMs };
      },
    },
  });

  return {
    app,
    db,
    signingKeys,
    now,
    advanceMs(ms) {
      time += ms;
    },
    async addUser(name) {
      const email = `${name}@example.com`;
      await db.insert(schema.user).values({ id: name, name, email, emailVerified: true });
      const user = { id: name, email, orgId: await ensurePersonalOrganization(db, name) };
      users.set(name, user);
      return user;
    },
    async addServer(owner, slug) {
      const server = { id: newId('server'), orgId: owner.orgId, createdBy: owner.id, name: `Server ${slug}`, slug };
      await db.insert(schema.server).values({ ...server, state: 'live' });
      return server.id;
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await connection.close();
      await database.drop();
    },
  };
}

/** One MCP client with one browser, as it goes through the flow. */
export function createTestClient({ app }: OAuthTestBed) {
  const form = (url: string, body: Record<string, string | string[]>) => {
    const payload = new URLSearchParams();
    for (const [name, value] of Object.entries(body)) for (const one of [value].flat()) payload.append(name, one);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return app.inject({ method: 'POST', url, headers, payload: payload.toString() });
  };

  async function register(redirectUris: string[] = [REDIRECT_URI], name = 'Test client'): Promise<string> {
    const response = await app.inject({
      method: 'POST',
      url: '/oauth/register',
      payload: { client_name: name, redirect_uris: redirectUris },
    });
    if (response.statusCode !== 201) throw new Error(response.body);
    return response.json<{ client_id: string }>().client_id;
  }

  function authorize(params: Record<string, string | string[] | undefined>): Promise<LightMyRequestResponse> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params))
      for (const one of [value].flat()) if (one !== undefined) query.append(name, one);
    return app.inject({ method: 'GET', url: `/oauth/authorize?${query}` });
  }

  function authorizeParams(clientId: string, slug: string, pkce: Pkce) {
    return {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      resource: urls.mcpUrl(slug),
      scope: 'mcp',
      state: 'st',
    };
  }

  function decide(requestId: string, user: string, approve = true, origin: string | undefined = WEB) {
    return app.inject({
      method: 'POST',
      url: `/v1/oauth/requests/${requestId}/decision`,
      headers: { cookie: `session=${user}`, ...(origin === '' ? {} : { origin }) },
      payload: { approve },
    });
  }

  /** Authorize, approve and come back; gives the code. */
  async function getCode(clientId: string, slug: string, user: string, pkce: Pkce): Promise<string> {
    const started = await authorize(authorizeParams(clientId, slug, pkce));
    const back = await followDecision(await decide(requestIdOf(started), user), cookieOf(started));
    const code = new URL(locationOf(back)).searchParams.get('code');
    if (code === null) throw new Error(locationOf(back));
    return code;
  }

  function followDecision(decided: LightMyRequestResponse, cookie: string | undefined) {
    const { redirectTo } = decided.json<{ redirectTo: string }>();
    const url = redirectTo.slice(ISSUER.length);
    return app.inject({ method: 'GET', url, headers: cookie === undefined ? {} : { cookie } });
  }

  const redeem = (clientId: string, code: string, pkce: Pkce, change: Record<string, string | string[]> = {}) =>
    form('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      code_verifier: pkce.verifier,
      redirect_uri: REDIRECT_URI,
      ...change,
    });
  const refresh = (clientId: string, token: string, change: Record<string, string | string[]> = {}) =>
    form('/oauth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: token, ...change });

  async function connect(slug: string, user: string): Promise<{ clientId: string; tokens: Tokens }> {
    const pkce = makePkce();
    const clientId = await register();
    const response = await redeem(clientId, await getCode(clientId, slug, user, pkce), pkce);
    if (response.statusCode !== 200) throw new Error(response.body);
    return { clientId, tokens: response.json<Tokens>() };
  }

  return { form, register, authorize, authorizeParams, decide, followDecision, getCode, redeem, refresh, connect };
}

export const locationOf = (response: LightMyRequestResponse): string => String(response.headers.location);
export const requestIdOf = (response: LightMyRequestResponse): string =>
  new URL(locationOf(response)).searchParams.get('request') ?? '';
export const cookieOf = (response: LightMyRequestResponse): string =>
  String(response.headers['set-cookie']).split(';')[0] ?? '';
