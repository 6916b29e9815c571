import pg from 'pg';
import { expect, test } from 'vitest';
import { createMigratedDatabase } from './index.ts';

test('parallel callers each get a database of their own with all tables', async () => {
  const databases = await Promise.all([1, 2, 3].map(() => createMigratedDatabase()));
  try {
    expect(new Set(databases.map(({ url }) => url)).size).toBe(3);
    for (const { url } of databases) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ schema: string }>(
        'select distinct table_schema as schema from information_schema.tables where table_schema = any($1)',
        [['public', 'bullmq', 'bmm_keys']],
      );
      await client.end();
      expect(rows.map(({ schema }) => schema).toSorted()).toEqual(['bmm_keys', 'bullmq', 'public']);
    }
  } finally {
    await Promise.all(databases.map((database) => database.drop()));
  }
});
