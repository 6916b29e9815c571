import pg from 'pg';
import type { BackendParts } from './backend-parts.ts';
import { CONNECT_TIMEOUT_MS, KEYS_SCHEMA, POOL_CONNECTIONS_MAX } from './constants.ts';
import { PostgresBus } from './postgres-bus.ts';
import { createPostgresDriver } from './postgres-driver.ts';
import { PostgresKeys } from './postgres-keys.ts';
import type { OnError } from './queue-backend.ts';

export async function openPostgresParts(databaseUrl: string, onError: OnError): Promise<BackendParts> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  pool.on('error', (error) => onError('postgres', error));
  try {
    await assertPrepared(pool);
    const bus = await PostgresBus.open(databaseUrl, pool, onError);
    const keys = new PostgresKeys(pool, onError);
    return {
      kind: 'postgres',
      bus,
      keys,
      driver: createPostgresDriver(databaseUrl),
      ping: async () => void (await pool.query('select 1')),
      async closeConnections() {
        await keys[Symbol.asyncDispose]();
        await bus[Symbol.asyncDispose]();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

async function assertPrepared(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    `${KEYS_SCHEMA}.entry`,
  ]);
  if (!rows[0]?.found) throw new Error('The database is not prepared for jobs: call prepareQueueBackend first.');
}
