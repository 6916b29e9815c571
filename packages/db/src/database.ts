import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema/index.ts';

export type Database = NodePgDatabase<typeof schema>;
/** A database or a transaction in it: what a query needs. */
export type Queryable = Pick<Database, 'select' | 'insert' | 'update' | 'delete' | 'execute' | 'query'>;

export interface DatabaseConnection extends AsyncDisposable {
  readonly db: Database;
  /** Rejects when the database does not answer within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  url: string;
  /** Upper bound of connections in the pool. */
  connectionsMax: number;
  /** Called when a connection breaks, idle or in use; the pool replaces it by itself. */
  onError(error: Error): void;
}

/** Opens a pool. Nothing is connected before the first query, so a database that is down fails that query, not this call. */
export function openDatabase({ url, connectionsMax, onError }: OpenDatabaseOptions): DatabaseConnection {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  pool.on('error', onError);
  // The pool listens only while a connection is idle; one that breaks inside a transaction would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  const close = async (): Promise<void> => {
    if (!pool.ending) await pool.end();
  };
  return {
    db: drizzle(pool, { schema }),
    async ping(timeoutMs) {
      const timeout = AbortSignal.timeout(timeoutMs);
      await Promise.race([
        pool.query('select 1'),
        new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(timeout.reason))),
      ]);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
