import type { DatabaseConnection } from '@bmm/db';
import type { Logger } from '@bmm/process';
import type { ExpiringKeys } from '@bmm/queue';
import type { ServiceDeps } from '@bmm/services';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import type { ApiConfig } from './config.ts';
import { BODY_BYTES_MAX } from './constants.ts';
import { answerFrameworkError, installErrorHandler } from './http/error-handler.ts';
import { assertOwnOrigin } from './http/origin-check.ts';
import { type FindSession, installRequestContext } from './http/request-context.ts';
import { installRequestLog } from './http/request-log.ts';
import { installRequestMetrics } from './http/request-metrics.ts';
import { apiKeyRoutes } from './routes/api-keys/api-keys.ts';
import { authRoutes } from './routes/auth/auth.ts';
import { buildRoutes } from './routes/builds/builds.ts';
import { healthRoutes } from './routes/health/health.ts';
import { meRoutes } from './routes/me/me.ts';
import { previewRoutes } from './routes/previews/previews.ts';
import { serverRoutes } from './routes/servers/servers.ts';

export interface AppDeps {
  readonly logger: Logger;
  readonly database: DatabaseConnection;
  readonly keys: ExpiringKeys;
  readonly services: ServiceDeps;
  readonly metrics: Registry;
  readonly findSession: FindSession;
  /** The sign-in library under /v1/auth. */
  readonly handleAuth: (request: Request) => Promise<Response>;
  /** The authorization server: its public endpoints and the consent page's. */
  readonly registerAuthorizationServer: (app: FastifyInstance) => Promise<void>;
}

/** The whole api as a value: plugin order stands here and nowhere else. */
export async function buildApp(config: ApiConfig, deps: AppDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: config.trustedProxies,
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: 200 },
  });
  const allowedOrigins: ReadonlySet<string> = new Set([config.webUrl]);

  app.decorateRequest('problemCode', undefined);
  installErrorHandler(app);
  installRequestLog(app);
  installRequestMetrics(app, deps.metrics);
  installRequestContext(app, deps.services, deps.findSession);
  app.removeContentTypeParser('text/plain');
  allowEmptyJson(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!request.url.startsWith('/v1/')) return;
    // Everything below /v1 may act on the dashboard's cookie.
    reply.header('cache-control', 'no-store');
    assertOwnOrigin(request, allowedOrigins);
  });
  await app.register(websocket, { options: { maxPayload: 1024 } });

  healthRoutes(app, deps);
  authRoutes(app, { handle: deps.handleAuth, baseUrl: config.webUrl, keys: deps.keys });
  meRoutes(app);
  apiKeyRoutes(app);
  previewRoutes(app, deps);
  serverRoutes(app, deps);
  buildRoutes(app, { allowedOrigins });
  await app.register(async (authorizationServer) => deps.registerAuthorizationServer(authorizationServer));
  return app;
}

/** A request that says JSON and sends nothing means "no body"; the route decides whether it needs one. */
function allowEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body.toString(), done);
  });
}
