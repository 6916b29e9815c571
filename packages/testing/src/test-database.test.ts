import pg from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './index.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('two test databases see nothing of each other', async () => {
  await using first = await createTestDatabase();
  await using second = await createTestDatabase();
  await query(first.url, 'create table mine (id int)');
  await expect(query(second.url, 'select * from mine')).rejects.toThrow('relation "mine" does not exist');
});

test('a dropped database is gone even with a connection left open', async () => {
  const database = await createTestDatabase();
  const open = new pg.Client({ connectionString: database.url });
  open.on('error', () => undefined);
  await open.connect();
  await database.drop();
  await expect(query(database.url, 'select 1')).rejects.toThrow('does not exist');
  await open.end();
});
