import type { ZodType } from 'zod';
import type { Bus } from './bus.ts';
import type { ExpiringKeys } from './expiring-keys.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobHandler, JobWorker, JobWorkerOptions } from './job-worker.ts';

/** Gets what fails in the background: lost connections, failed runs, subscribers that throw. */
export type OnError = (where: string, error: Error) => void;

/** Jobs, bus and expiring keys of one process, all on Redis or all on Postgres. */
export interface QueueBackend {
  kind: 'redis' | 'postgres';
  bus: Bus;
  keys: ExpiringKeys;
  /** The schema checks what is added; callers of one name must share it. */
  openQueue<T>(name: string, schema: ZodType<T>): JobQueue<T>;
  /** Each job runs until it succeeds or its attempts are used up; handlers must stand being run again. */
  startWorker<T>(name: string, schema: ZodType<T>, run: JobHandler<T>, options?: JobWorkerOptions): JobWorker;
  /** Throws when the server does not answer. */
  ping(): Promise<void>;
  /** Ends workers, then queues, then connections. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
