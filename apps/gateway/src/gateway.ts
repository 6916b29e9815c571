import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Database, findServerRoute, listRevokedFamilies } from '@bmm/db';
import { isFromInside, type Logger } from '@bmm/process';
import type { Bus } from '@bmm/queue';
import { createSandboxPool, type PoolEvent, type SandboxDriver } from '@bmm/sandbox';
import { AppError, ERRORS } from '@bmm/types';
import { createAuthorizationServerProxy, isAuthorizationServerPath } from './authorization-server-proxy.ts';
import type { GatewayConfig } from './config.ts';
import { DRAIN_MS, HEADERS_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } from './constants.ts';
import { sendError, toAppError } from './error-answer.ts';
import { type ExchangeFacts, serveMcpExchange } from './mcp-exchange.ts';
import { createMetrics } from './metrics.ts';
import { createPublicEdge } from './public-edge.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRevocations } from './revocations.ts';
import { createRouteCache } from './route-cache.ts';
import { createStateRecorder, superviseSandboxes } from './sandbox-supervisor.ts';
import { createServerEndpoints } from './server-endpoints.ts';
import { createTokenGate } from './token-gate.ts';

export interface GatewayDeps {
  readonly db: Database;
  readonly bus: Bus;
  /** Starts sandboxes; stays open, it belongs to whoever made it. */
  readonly driver: SandboxDriver;
  readonly logger: Logger;
}

export interface Gateway {
  readonly server: Server;
  listen(): Promise<void>;
  /** Takes no more requests, lets calls in flight end for a second, stops every sandbox. */
  close(): Promise<void>;
}

type RouteName = 'mcp' | 'authorization_server' | 'health' | 'metrics' | 'unknown';

/** The public edge: nothing listens before `listen`. The caller closes what it put into `deps`, after `close`. */
export async function buildGateway(config: GatewayConfig, deps: GatewayDeps): Promise<Gateway> {
  const { db, bus, driver, logger } = deps;
  const onError = (error: unknown) => logger.error({ err: error }, 'background work failed');
  const onRefusal = (error: unknown) =>
    logger.debug({ reason: error instanceof Error ? error.name : 'unknown' }, 'the protocol refused a message');
  const states = createStateRecorder(db, onError);
  const isRunning = (serverId: string) =>
    pool.snapshot().some((sandbox) => sandbox.serverId === serverId && sandbox.state !== 'stopping');
  const onEvent = (event: PoolEvent) => {
    states.onPoolEvent(event, isRunning);
    if (event.type === 'started') metrics.countColdStart(event.coldMs / 1000);
    if (event.type === 'crashed' || (event.type === 'stopped' && event.reason === 'wedged')) metrics.countCrash();
    logger.debug({ event: event.type, serverId: event.serverId }, 'sandbox');
  };
  const pool = createSandboxPool({ driver, idleMs: config.sandbox.idleMs, maxLive: config.sandbox.maxLive, onEvent });
  const metrics = createMetrics(() => pool.snapshot().filter((sandbox) => sandbox.pid !== undefined).length);
  const routes = createRouteCache((slug) => findServerRoute(db, slug));
  const revocations = createRevocations(() => listRevokedFamilies(db, new Date()), onError);
  const edge = createPublicEdge(config);
  const proxy = createAuthorizationServerProxy({
    apiUrl: new URL(config.apiUrl),
    publicScheme: config.urls.issuer.startsWith('https:') ? 'https' : 'http',
    trustedProxies: config.trustedProxies,
  });
  const exchangeDeps = {
    urls: config.urls,
    edge,
    routes,
    tokens: createTokenGate({ urls: config.urls, jwksUrl: new URL(`${config.apiUrl}/oauth/jwks`), revocations }),
    endpoints: createServerEndpoints({ db, pool, metrics, onError, onRefusal }),
    limits: {
      perToken: createRateLimit(config.rates.perTokenPerMinute, 'One client'),
      perServer: createRateLimit(config.rates.perServerPerMinute, 'All clients of a server together'),
    },
  };

  const answer = async (exchange: Exchange): Promise<void> => {
    const { request, response, path } = exchange;
    const slug = edge.slugOf(path, request.headers.host ?? '');
    if (slug !== undefined) {
      exchange.route = 'mcp';
      exchange.slug = slug;
      await serveMcpExchange(exchangeDeps, slug, request, response, exchange.facts);
    } else if (isAuthorizationServerPath(path)) {
      exchange.route = 'authorization_server';
      edge.assertHost(request);
      await proxy.forward(request, response);
    } else if (path === '/health' && isRead(request)) {
      exchange.route = 'health';
      sendText(response, 'application/json', JSON.stringify({ ok: true }));
    } else if (path === '/metrics' && isRead(request) && isFromInside(request)) {
      // Numbers about all tenants are for whoever runs this.
      exchange.route = 'metrics';
      const { contentType, text } = await metrics.render();
      sendText(response, contentType, text);
    } else {
      throw new AppError('not_found', 'There is nothing here.');
    }
  };

  const server = createServer((request, response) => {
    const exchange = newExchange(request, response);
    response.setHeader('X-Request-Id', exchange.requestId);
    response.once('close', () => {
      metrics.countRequest(exchange.route, response.statusCode);
      logExchange(logger, exchange);
    });
    answer(exchange).catch((error: unknown) => {
      exchange.error = toAppError(error);
      const wire = exchange.facts.isAuthenticated && request.method === 'POST' ? 'json-rpc' : 'problem';
      sendError(response, exchange.error, exchange.path, wire);
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;

  await revocations.refresh();
  const supervisor = await superviseSandboxes({ db, bus, pool, routes, onError });
  return {
    server,
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, () => {
          server.off('error', reject);
          resolve();
        });
      }),
    async close() {
      await drain(server);
      proxy.close();
      await Promise.allSettled([supervisor[Symbol.asyncDispose](), revocations[Symbol.asyncDispose](), pool.close()]);
      await states.settled();
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Without the query, which may hold what nobody may log. */
  readonly path: string;
  readonly startedAt: number;
  readonly facts: ExchangeFacts;
  route: RouteName;
  slug?: string;
  error?: AppError;
}

function newExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const [path = '/'] = (request.url ?? '/').split('?');
  const startedAt = performance.now();
  return { request, response, requestId: randomUUID(), path, startedAt, facts: {}, route: 'unknown' };
}

/** The canonical line of a request: these keys and no others. */
function logExchange(logger: Logger, { request, response, requestId, route, slug, startedAt, facts, error }: Exchange) {
  if (route === 'health' || route === 'metrics') return;
  const fault = error === undefined ? 'client' : ERRORS[error.code].fault;
  const level = fault === 'ours' ? 'error' : fault === 'upstream' ? 'warn' : 'info';
  logger[level](
    {
      requestId,
      route,
      slug,
      method: request.method,
      status: response.writableFinished ? response.statusCode : 499,
      ms: Math.round(performance.now() - startedAt),
      rpcMethod: facts.rpcMethod,
      protocolVersion: facts.protocolVersion,
      code: error?.code,
      ...(fault === 'ours' ? { err: error?.cause ?? error } : {}),
    },
    'request',
  );
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

function sendText(response: ServerResponse, contentType: string, text: string): void {
  response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  response.end(text);
}

async function drain(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}
