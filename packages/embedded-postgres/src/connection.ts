import pg from 'pg';
import { CONNECT_TIMEOUT_MS } from './constants.ts';

export type Endpoint = { port: number; password: string };

export function toUrl({ port, password }: Endpoint, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

/** The data folder of the server that answers there, or undefined when none takes our password. */
export async function findServedDataDir(endpoint: Endpoint): Promise<string | undefined> {
  const client = openClient(endpoint);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    return rows[0]?.dir;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the database unless it exists. */
export async function ensureDatabase(endpoint: Endpoint, database: string): Promise<void> {
  const client = openClient(endpoint);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(database)}`);
  } catch (error) {
    // 42P04, 23505: a parallel start made it first.
    const { code } = error as { code?: string };
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}

function openClient(endpoint: Endpoint): pg.Client {
  const client = new pg.Client({
    connectionString: toUrl(endpoint, 'postgres'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // An error event that nobody hears would end the process; the awaited call carries the failure.
  client.on('error', () => undefined);
  return client;
}
