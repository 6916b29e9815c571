import { z } from 'zod';
import { openQueueBackend } from './index.ts';

/** A worker process for the contract suite: takes one job, says so and never ends it, until it is killed. */
const { databaseUrl, redisUrl, queue, lockMs } = z
  .object({ databaseUrl: z.string(), redisUrl: z.string().optional(), queue: z.string(), lockMs: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const backend = await openQueueBackend({ databaseUrl, redisUrl, onError: () => undefined });
backend.startWorker(
  queue,
  z.unknown(),
  async ({ id }) => {
    process.send?.({ started: id });
    await new Promise(() => undefined);
  },
  { lockMs, concurrency: 1 },
);
