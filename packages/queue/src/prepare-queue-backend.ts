import { runMigrations } from 'bullmq';
import pg from 'pg';
import { BULLMQ_SCHEMA, CONNECT_TIMEOUT_MS, PREPARE_LOCK } from './constants.ts';
import { KEYS_DDL } from './postgres-keys.ts';

/** Makes or upgrades the tables that jobs and keys need on Postgres; may be called any number of times, also at once. */
export async function prepareQueueBackend(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    // Held by the session: a crash releases it.
    await client.query('select pg_advisory_lock($1)', [PREPARE_LOCK]);
    await runMigrations(client, BULLMQ_SCHEMA);
    await client.query(KEYS_DDL);
  } finally {
    await client.end();
  }
}
