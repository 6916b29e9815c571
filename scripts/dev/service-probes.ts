import { join } from 'node:path';
import { startEmbeddedPostgres } from '@bmm/embedded-postgres';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Env } from './app-environment.ts';
import { HOME_DIR, SERVICE_ANSWER_TIMEOUT_MS } from './constants.ts';
import { composeUp, findDockerEngine } from './docker.ts';
import type { Answer, ServiceProbes } from './pick-services.ts';
import { StopReason } from './stop-reason.ts';

export function createServiceProbes(root: string, env: Env, signal: AbortSignal): ServiceProbes {
  return {
    postgresAnswers,
    redisAnswers,
    findDockerEngine: () => findDockerEngine(signal),
    startCompose: () => composeUp(root, env, signal),
    async startEmbedded() {
      try {
        return await startEmbeddedPostgres({ homeDir: join(root, HOME_DIR, 'postgres'), signal });
      } catch (cause) {
        throw new StopReason(cause instanceof Error ? cause.message : String(cause), { cause });
      }
    },
  };
}

export async function postgresAnswers(url: string): Promise<Answer> {
  try {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: SERVICE_ANSWER_TIMEOUT_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
    } finally {
      await client.end().catch(() => undefined);
    }
    return undefined;
  } catch (error) {
    return toReason(error);
  }
}

export async function redisAnswers(url: string): Promise<Answer> {
  let lastError: unknown;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: SERVICE_ANSWER_TIMEOUT_MS,
    commandTimeout: SERVICE_ANSWER_TIMEOUT_MS,
    retryStrategy: () => null,
  });
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    return toReason(lastError ?? error);
  } finally {
    client.disconnect();
  }
}

/** Both libraries report a refused connection with an empty message and the text in `code` or in the parts. */
function toReason(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(toReason).join(', ');
  if (!(error instanceof Error)) return String(error);
  return (error.message || String((error as NodeJS.ErrnoException).code ?? error.name)).split('\n')[0] ?? '';
}
