import type pg from 'pg';
import { KEYS_SCHEMA, KEYS_SWEEP_INTERVAL_MS } from './constants.ts';
import { assertDurationMs, assertKey, type ExpiringKeys } from './expiring-keys.ts';
import type { OnError } from './queue-backend.ts';

const TABLE = `${KEYS_SCHEMA}.entry`;

/** Unlogged: fast, emptied after a crash, like a Redis without persistence. */
export const KEYS_DDL = `
  create schema if not exists ${KEYS_SCHEMA};
  create unlogged table if not exists ${TABLE} (
    key text primary key,
    value text not null,
    expires_at timestamptz not null
  );
  create index if not exists entry_expires_at on ${TABLE} (expires_at)`;

const END = "clock_timestamp() + $TTL * interval '1 millisecond'";
const SQL = {
  set: `insert into ${TABLE} values ($1, $2, ${END.replace('$TTL', '$3')})
    on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`,
  get: `select value from ${TABLE} where key = $1 and expires_at > clock_timestamp()`,
  take: `delete from ${TABLE} where key = $1 returning value, expires_at > clock_timestamp() as live`,
  setIfAbsent: `insert into ${TABLE} as old values ($1, $2, ${END.replace('$TTL', '$3')})
    on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at
    where old.expires_at <= clock_timestamp()`,
  increment: `insert into ${TABLE} as old values ($1, '1', ${END.replace('$TTL', '$2')})
    on conflict (key) do update set
      value = case when old.expires_at > clock_timestamp() then (old.value::bigint + 1)::text else '1' end,
      expires_at = case when old.expires_at > clock_timestamp() then old.expires_at else excluded.expires_at end
    returning value::int as count, extract(epoch from expires_at - clock_timestamp())::float8 * 1000 as resets_in_ms`,
  delete: `delete from ${TABLE} where key = $1`,
  sweep: `delete from ${TABLE} where expires_at <= clock_timestamp()`,
};

export class PostgresKeys implements ExpiringKeys {
  readonly #pool: pg.Pool;
  readonly #sweep: NodeJS.Timeout;

  constructor(pool: pg.Pool, onError: OnError) {
    this.#pool = pool;
    const sweep = () => pool.query(SQL.sweep).catch((error: Error) => onError('keys sweep', error));
    this.#sweep = setInterval(sweep, KEYS_SWEEP_INTERVAL_MS).unref();
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.#pool.query(SQL.set, [assertKey(key), value, assertDurationMs(ttlMs)]);
  }

  async get(key: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ value: string }>(SQL.get, [assertKey(key)]);
    return rows[0]?.value ?? null;
  }

  async take(key: string): Promise<string | null> {
    const { rows } = await this.#pool.query<{ value: string; live: boolean }>(SQL.take, [assertKey(key)]);
    return rows[0]?.live ? rows[0].value : null;
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    const { rowCount } = await this.#pool.query(SQL.setIfAbsent, [assertKey(key), value, assertDurationMs(ttlMs)]);
    return rowCount === 1;
  }

  async increment(key: string, windowMs: number): Promise<{ count: number; resetsInMs: number }> {
    const { rows } = await this.#pool.query<{ count: number; resets_in_ms: number }>(SQL.increment, [
      assertKey(key),
      assertDurationMs(windowMs),
    ]);
    const [row] = rows;
    if (!row) throw new Error('The counter gave no row.');
    return { count: row.count, resetsInMs: Math.max(0, Math.ceil(row.resets_in_ms)) };
  }

  async delete(key: string): Promise<void> {
    await this.#pool.query(SQL.delete, [assertKey(key)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweep);
  }
}
