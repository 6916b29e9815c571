import { openJobQueue } from './job-queue.ts';
import { startJobWorker } from './job-worker.ts';
import { openPostgresParts } from './open-postgres-parts.ts';
import { openRedisParts } from './open-redis-parts.ts';
import type { OnError, QueueBackend } from './queue-backend.ts';

export interface QueueBackendOptions {
  /** A database that `prepareQueueBackend` has prepared. */
  databaseUrl: string;
  /** When set, everything is on Redis; there is no silent fallback to Postgres. */
  redisUrl?: string | undefined;
  onError: OnError;
}

/** Opens jobs, bus and expiring keys; throws when the chosen server does not answer. */
export async function openQueueBackend({ databaseUrl, redisUrl, onError }: QueueBackendOptions): Promise<QueueBackend> {
  const parts = redisUrl ? await openRedisParts(redisUrl, onError) : await openPostgresParts(databaseUrl, onError);
  const workers = new Set<{ close(): Promise<void> }>();
  const queues = new Set<{ close(): Promise<void> }>();
  let closing: Promise<void> | undefined;

  async function closeInOrder(): Promise<void> {
    for (const group of [workers, queues]) await Promise.allSettled([...group].map((part) => part.close()));
    await parts.closeConnections();
  }
  const close = () => {
    closing ??= closeInOrder();
    return closing;
  };

  return {
    kind: parts.kind,
    bus: parts.bus,
    keys: parts.keys,
    openQueue(name, schema) {
      const queue = openJobQueue(parts.driver, name, schema, onError);
      queues.add(queue);
      return queue;
    },
    startWorker(name, schema, run, options = {}) {
      const worker = startJobWorker({ driver: parts.driver, name, schema, run, options, onError });
      workers.add(worker);
      return worker;
    },
    ping: parts.ping,
    close,
    [Symbol.asyncDispose]: close,
  };
}
