import { createMigratedDatabase } from '@bmm/testing';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { isDatabaseUnavailable } from './errors.ts';

test('a connection that breaks inside a transaction fails that transaction, and the process and the pool go on', async () => {
  const created = await createMigratedDatabase();
  const broken: Error[] = [];
  const database = openDatabase({ url: created.url, connectionsMax: 3, onError: (error) => broken.push(error) });
  const outcome = await database.db
    .transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await database.db.execute(sql`select pg_terminate_backend(${rows[0]?.pid})`);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await tx.execute(sql`select 1`);
    })
    .catch((error: unknown) => error);
  expect(isDatabaseUnavailable(outcome)).toBe(true);
  expect(broken[0]?.message).toMatch(/terminat/);
  await database.ping(2_000);
  await database.close();
  await created.drop();
});

test('a statement that takes too long is stopped, and a transaction that says nothing gives its locks back', async () => {
  const created = await createMigratedDatabase();
  const timeouts = { statementMs: 200, idleInTransactionMs: 200 };
  const options = { url: created.url, connectionsMax: 3, onError: () => undefined };
  const database = openDatabase({ ...options, timeouts });
  const slow = await database.db.execute(sql`select pg_sleep(5)`).catch((error: unknown) => error);
  expect(isDatabaseUnavailable(slow)).toBe(true);
  const silent = await database.db
    .transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await new Promise((resolve) => setTimeout(resolve, 600));
      await tx.execute(sql`select 1`);
    })
    .catch((error: unknown) => error);
  expect(isDatabaseUnavailable(silent)).toBe(true);
  await database.close();
  const usual = openDatabase(options);
  expect((await usual.db.execute(sql`show statement_timeout`)).rows).toEqual([{ statement_timeout: '15s' }]);
  await usual.close();
  await created.drop();
});
