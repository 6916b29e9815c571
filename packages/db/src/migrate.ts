import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

/** Any fixed number: all processes that migrate this schema take the same lock. */
const MIGRATION_LOCK = 0x626d_6d01;
const migrationsFolder = fileURLToPath(new URL('../drizzle', import.meta.url));

/** Applies the committed migrations; safe to call from several processes at once, and again. */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle(client), { migrationsFolder });
  } finally {
    await client.end();
  }
}
