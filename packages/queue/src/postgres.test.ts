import { createTestDatabase, freePort, type TestDatabase } from '@bmm/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openQueueBackend, prepareQueueBackend } from './index.ts';
import { queueContract } from './queue-contract.ts';

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await Promise.all([1, 2, 3].map(() => prepareQueueBackend(database.url)));
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

const OTHERS = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

describe('on Postgres', () => {
  queueContract(() => ({
    databaseUrl: database.url,
    async cutConnections() {
      await admin.query(`select pg_terminate_backend(pid) ${OTHERS}`);
    },
    async countConnections() {
      const { rows } = await admin.query<{ n: number }>(`select count(*)::int as n ${OTHERS}`);
      return rows[0]?.n ?? 0;
    },
  }));

  test('preparing again changes nothing and keeps what is stored', async () => {
    await using backend = await openQueueBackend({ databaseUrl: database.url, onError: () => undefined });
    await backend.keys.set('kept', 'value', 60_000);
    await prepareQueueBackend(database.url);
    expect(await backend.keys.get('kept')).toBe('value');
    const { rows } = await admin.query<{ n: number }>(
      "select count(*)::int as n from information_schema.tables where table_schema = 'public'",
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('a database that was not prepared is refused with the way out', async () => {
    await using empty = await createTestDatabase();
    await expect(openQueueBackend({ databaseUrl: empty.url, onError: () => undefined })).rejects.toThrow(
      'call prepareQueueBackend first',
    );
  });

  test('a server that does not answer is an error at once', async () => {
    const databaseUrl = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    await expect(openQueueBackend({ databaseUrl, onError: () => undefined })).rejects.toThrow('ECONNREFUSED');
  });
});
