import { createPostgresBackend, withBackend } from 'bullmq';
import type { BullDriver } from './bull-driver.ts';
import { BULLMQ_CONNECTIONS_MAX, BULLMQ_SCHEMA, CONNECT_TIMEOUT_MS } from './constants.ts';

const bull = withBackend(createPostgresBackend);

export function createPostgresDriver(databaseUrl: string): BullDriver {
  const connection = {
    connectionString: databaseUrl,
    schema: BULLMQ_SCHEMA,
    max: BULLMQ_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
  return {
    createQueue: (name) => new bull.Queue<unknown, unknown, string>(name, { connection }),
    createWorker: (name, run, options) =>
      new bull.Worker<unknown, void, string>(name, (job, token) => run(job, token), { connection, ...options }),
  };
}
