import { createLogger } from '@bmm/process';
import { createMigratedDatabase } from '@bmm/testing';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { type OpenDeps, openDeps } from '../deps.ts';

export const WEB = 'http://localhost:3000';

export interface TestUser {
  readonly email: string;
  readonly cookie: string;
  request(options: InjectOptions): Promise<LightMyRequestResponse>;
}

export interface TestApi extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly deps: OpenDeps;
  /** Every link that would have been mailed, newest last. */
  readonly links: { email: string; url: string }[];
  signIn(email: string): Promise<TestUser>;
}

/** A whole api on a database of its own; only mail is caught instead of sent. */
export async function startTestApi(env: Readonly<Record<string, string>> = {}): Promise<TestApi> {
  const database = await createMigratedDatabase();
  const config = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    BETTER_AUTH_SECRET: 'a-secret-for-tests-with-32-characters',
    SECRETS_ENCRYPTION_KEY: '8f3ac1d2e4b596a7087162534f5e6d7c8b9aa0b1c2d3e4f5061728394a5b6c7d',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const links: { email: string; url: string }[] = [];
  const mailer = { sendMagicLink: async (link: { email: string; url: string }) => void links.push(link) };
  const deps = await openDeps(config, createLogger('api', config.logLevel), { mailer });
  const app = await buildApp(config, deps);
  await app.ready();

  return {
    app,
    deps,
    links,
    async signIn(email) {
      await app.inject({
        method: 'POST',
        url: '/v1/auth/sign-in/magic-link',
        payload: { email, callbackURL: '/dashboard' },
        headers: { origin: WEB },
        remoteAddress: randomAddress(),
      });
      const token = new URL(links.findLast((link) => link.email === email)?.url ?? '').searchParams.get('token');
      const verified = await app.inject({ method: 'GET', url: `/v1/auth/magic-link/verify?token=${token}` });
      const cookie = verified.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      return {
        email,
        cookie,
        request: (options) =>
          app.inject({
            ...options,
            headers: { cookie, ...(options.method === 'GET' ? {} : { origin: WEB }), ...options.headers },
          }),
      };
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await deps.close();
      await database.drop();
    },
  };
}

/** Of the loopback range; every caller is another one, so that limits per address do not join tests. */
function randomAddress(): string {
  return `127.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`;
}
