import { createTestDatabase, runAsAdmin, type TestDatabase, toDatabaseUrl } from './test-database.ts';

const TEMPLATE = 'bmm_template';
/** Any fixed number; it only has to differ from the locks that migrations take themselves. */
const TEMPLATE_LOCK = 7_301_995;

let template: Promise<void> | undefined;

/** A fresh database with all migrations applied: a copy of a template that the run's first caller makes. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  template ??= ensureTemplate();
  await template;
  return createTestDatabase({ template: TEMPLATE });
}

/** Under an advisory lock, since every test worker may be first; renamed at the end, so a half-made one is never copied. */
async function ensureTemplate(): Promise<void> {
  const [{ migrateDatabase }, { prepareQueueBackend }] = await Promise.all([import('@bmm/db'), import('@bmm/queue')]);
  await runAsAdmin(async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [TEMPLATE]);
    if (rowCount) return;
    const scratch = `${TEMPLATE}_scratch`;
    await admin.query(`drop database if exists ${scratch} with (force)`);
    await admin.query(`create database ${scratch} template template0`);
    await migrateDatabase(toDatabaseUrl(scratch));
    await prepareQueueBackend(toDatabaseUrl(scratch));
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [scratch]);
    await admin.query(`alter database ${scratch} rename to ${TEMPLATE}`);
  });
}
