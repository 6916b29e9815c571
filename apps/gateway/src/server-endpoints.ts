import { type Database, findServedSpec, loadBundle, type ServerRoute } from '@bmm/db';
import { createMcpEndpoint, type McpEndpoint, type ToolCallOutcome } from '@bmm/mcp';
import type { SandboxPool } from '@bmm/sandbox';
import { AppError } from '@bmm/types';
import { LRUCache } from 'lru-cache';
import { CALL_TIMEOUT_MS, ENDPOINTS_MAX } from './constants.ts';
import type { Metrics } from './metrics.ts';

export interface ServerEndpoints {
  /**
   * The compiled endpoint of the version that a route serves.
   * @throws AppError `server_not_live` for a route that serves nothing now
   */
  get(route: ServerRoute): Promise<McpEndpoint>;
}

export interface ServerEndpointsOptions {
  readonly db: Database;
  readonly pool: SandboxPool;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
  /** Gets what the protocol refused of a client. */
  readonly onRefusal: (error: unknown) => void;
}

type Version = NonNullable<ServerRoute['version']>;

export const isServing = (state: ServerRoute['state']): boolean => state === 'live' || state === 'sleeping';

export function createServerEndpoints(options: ServerEndpointsOptions): ServerEndpoints {
  // An endpoint that falls out is not closed: the calls that run in it end by themselves.
  const endpoints = new LRUCache<string, Promise<McpEndpoint>>({ max: ENDPOINTS_MAX });
  return {
    async get(route) {
      const { version, state } = route;
      if (version === undefined || !isServing(state))
        throw new AppError(
          'server_not_live',
          `This server is ${state === 'paused' ? 'paused by its owner' : 'not live'}.`,
        );
      const known = endpoints.get(version.id);
      if (known !== undefined) return known;
      const compiling = compile(route, version, options);
      endpoints.set(version.id, compiling);
      compiling.catch(() => endpoints.delete(version.id));
      return compiling;
    },
  };
}

async function compile(route: ServerRoute, version: Version, options: ServerEndpointsOptions): Promise<McpEndpoint> {
  const { db, pool, metrics, onError, onRefusal } = options;
  const spec = await findServedSpec(db, version.id);
  if (spec === undefined) throw new AppError('not_found', 'There is no such server.');
  const handlers = new Map(spec.tools.map((tool) => [tool.name, tool.handler]));
  const { serverId, slug } = route;
  const code = async () => {
    const bundle = await loadBundle(db, version.id);
    if (bundle === undefined) throw new AppError('not_found', 'There is no such server.');
    return bundle.code;
  };
  const target = { serverId, bundle: { sha256: version.bundleSha256, code } };
  return createMcpEndpoint({
    version: {
      serverName: slug,
      title: spec.name,
      versionNumber: version.number,
      description: spec.description,
      tools: spec.tools,
    },
    onError,
    onRefusal,
    callTool: (name, args, { signal, callId }) =>
      measured(metrics, async () => {
        const handler = handlers.get(name);
        if (handler === undefined) throw new Error('The endpoint listed a tool that its spec does not have.');
        return pool.call(target, { handler, arguments: args, callId, timeoutMs: CALL_TIMEOUT_MS, signal });
      }),
  });
}

async function measured(metrics: Metrics, call: () => Promise<ToolCallOutcome>): Promise<ToolCallOutcome> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    const outcome = await call();
    metrics.countCall(outcome.ok ? 'ok' : 'failed', seconds());
    return outcome;
  } catch (error) {
    metrics.countCall('error', seconds());
    throw error;
  }
}
