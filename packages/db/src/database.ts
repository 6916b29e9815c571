import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema/index.ts';

/** Waiting for a free connection or for the server to answer; a person waits in front of it. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Our longest statement takes milliseconds; one that waits this long for a lock or has gone wrong gives its connection back. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Transactions hold row locks and do nothing but queries; one whose process hangs must not hold up the others. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

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
  /** Another limit than the usual one, for statements and for silence in a transaction. */
  timeouts?: { readonly statementMs: number; readonly idleInTransactionMs: number };
  /** Called when a connection breaks, idle or in use; the pool replaces it by itself. */
  onError(error: Error): void;
}

/** Opens a pool. Nothing is connected before the first query, so a database that is down fails that query, not this call. */
export function openDatabase({ url, connectionsMax, timeouts, onError }: OpenDatabaseOptions): DatabaseConnection {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: timeouts?.statementMs ?? STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: timeouts?.idleInTransactionMs ?? IDLE_IN_TRANSACTION_TIMEOUT_MS,
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
