import { createAuthHandler, createSealer, createSignIn, createSigningKeys, deriveKey } from '@bmm/auth';
import { createSigningKeyStore, ensurePersonalOrganization, isEmailTaken, openDatabase, schema } from '@bmm/db';
import { createSpecGenerator, DEFAULT_MODEL } from '@bmm/generation';
import type { Logger } from '@bmm/process';
import { openQueueBackend } from '@bmm/queue';
import type { ServiceDeps } from '@bmm/services';
import { BUILD_QUEUE, BuildJobSchema } from '@bmm/types';
import type { FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { AppDeps } from './app.ts';
import type { ApiConfig } from './config.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createMailer, type Mailer } from './mailer.ts';
import { toWebHeaders } from './routes/auth/web-request.ts';
import { oauthRoutes } from './routes/oauth/oauth-routes.ts';

export interface OpenDeps extends AppDeps {
  close(): Promise<void>;
}

export interface DepsOverrides {
  mailer?: Mailer;
}

/** The composition root: opens everything that the api talks to. */
export async function openDeps(config: ApiConfig, logger: Logger, overrides: DepsOverrides = {}): Promise<OpenDeps> {
  const { masterKey } = config;
  const database = openDatabase({
    url: config.databaseUrl,
    connectionsMax: 20,
    onError: (error) => logger.warn({ err: error }, 'database connection lost'),
  });
  const queue = await openQueueBackend({
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    onError: (where, error) => logger.warn({ err: error, where }, 'queue failure'),
  });
  const { urls } = config;
  const sealer = createSealer({ keys: { k1: deriveKey(masterKey, 'seal') }, current: 'k1' });
  const mailer = overrides.mailer ?? createMailer(config, logger, (text) => process.stdout.write(text));
  const services: ServiceDeps = {
    db: database.db,
    bus: queue.bus,
    buildQueue: queue.openQueue(BUILD_QUEUE, BuildJobSchema),
    specGenerator: createSpecGenerator({
      anthropic: config.anthropic && { ...config.anthropic, model: config.anthropic.model ?? DEFAULT_MODEL },
    }),
    urls,
    sealer,
    onBackgroundError: (where, error) => logger.warn({ err: error }, where),
  };
  const signIn = createSignIn({
    db: database.db,
    schema,
    baseUrl: config.webUrl,
    secret: config.authSecret,
    trustedOrigins: [config.webUrl],
    secureCookies: config.secureCookies,
    sendMagicLink: (mail) => mailer.sendMagicLink(mail),
    isEmailTaken,
    ensurePersonalOrganization: ({ id }) => ensurePersonalOrganization(database.db, id),
  });
  const now = () => new Date();
  const signingKeys = createSigningKeys({ store: createSigningKeyStore(database.db), sealer, now });
  const housekeeping = startHousekeeping({ db: database.db, signingKeys, now, logger });
  const findSession = (request: FastifyRequest) => signIn.getSession(toWebHeaders(request));
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });

  return {
    logger,
    database,
    keys: queue.keys,
    services,
    metrics,
    findSession,
    handleAuth: createAuthHandler(signIn),
    registerAuthorizationServer: (app) =>
      oauthRoutes(app, {
        config: { urls, webUrl: config.webUrl, secureCookies: urls.issuer.startsWith('https://') },
        db: database.db,
        signingKeys,
        refreshKey: deriveKey(masterKey, 'oauth-refresh'),
        now,
        getSession: findSession,
        keys: queue.keys,
      }),
    async close() {
      housekeeping.stop();
      await queue.close();
      await database.close();
    },
  };
}
