import type { JobsOptions } from 'bullmq';
import type { ZodType } from 'zod';
import type { BullDriver } from './bull-driver.ts';
import { ATTEMPTS_MAX, KEEP_COMPLETED, KEEP_FAILED, RETRY_DELAY_MS } from './constants.ts';
import type { OnError } from './queue-backend.ts';

export interface JobQueue<T> {
  /**
   * Resolves to the job's id once it is stored. An id that was added before is the same job and adds nothing. An own id
   * has no colon and is not a plain number.
   */
  add(data: T, options?: { id?: string | undefined; delayMs?: number | undefined }): Promise<string>;
  /** False when there is no such job or a worker runs it. */
  remove(id: string): Promise<boolean>;
  /** `waiting` includes jobs that wait for their delay or their next attempt. */
  counts(): Promise<{ waiting: number; active: number; failed: number }>;
  close(): Promise<void>;
}

const JOB_OPTIONS: JobsOptions = {
  attempts: ATTEMPTS_MAX,
  backoff: { type: 'exponential', delay: RETRY_DELAY_MS },
  removeOnComplete: KEEP_COMPLETED,
  removeOnFail: KEEP_FAILED,
};

export function openJobQueue<T>(driver: BullDriver, name: string, schema: ZodType<T>, onError: OnError): JobQueue<T> {
  const queue = driver.createQueue(name);
  queue.on('error', (error) => onError(`queue ${name}`, error));
  return {
    async add(data, { id, delayMs } = {}) {
      const job = await queue.add(name, schema.parse(data), {
        ...JOB_OPTIONS,
        ...(id === undefined ? {} : { jobId: id }),
        ...(delayMs === undefined ? {} : { delay: delayMs }),
      });
      if (job.id === undefined) throw new Error(`The queue ${name} gave the job no id.`);
      return job.id;
    },
    async remove(id) {
      // On Redis, BullMQ reports the removal of a job that does not exist as done.
      if ((await queue.getJob(id)) === undefined) return false;
      return (await queue.remove(id)) === 1;
    },
    async counts() {
      const counts = await queue.getJobCounts('waiting', 'delayed', 'prioritized', 'active', 'failed');
      const of = (state: string) => counts[state] ?? 0;
      return {
        waiting: of('waiting') + of('delayed') + of('prioritized'),
        active: of('active'),
        failed: of('failed'),
      };
    },
    close: () => queue.close(),
  };
}
