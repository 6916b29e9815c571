import { setTimeout as sleep } from 'node:timers/promises';
import { UnrecoverableError, WaitingError } from 'bullmq';
import type { ZodType } from 'zod';
import type { BullDriver, BullJob } from './bull-driver.ts';
import {
  ATTEMPTS_DEFAULT,
  CLOSE_POLL_MS,
  CONCURRENCY_DEFAULT,
  LOCK_DEFAULT_MS,
  STALLED_COUNT_MAX,
  WORKER_CLOSE_GRACE_MS,
} from './constants.ts';
import type { OnError } from './queue-backend.ts';

export interface RunningJob<T> {
  id: string;
  data: T;
  /** 1 for the first start; also counts starts that ended with the worker process, so a handler can give up by itself. */
  attempt: number;
  /** Aborts when the worker closes or another worker may have taken the job: stop, and write nothing more. */
  signal: AbortSignal;
}

export type JobHandler<T> = (job: RunningJob<T>) => Promise<void>;

export interface JobWorkerOptions {
  concurrency?: number | undefined;
  /** After this long without a sign of life the job goes to another worker. */
  lockMs?: number | undefined;
  /** Failed runs before the job is given up. */
  attempts?: number | undefined;
}

export interface JobWorker {
  /** Aborts what runs, puts it back for another worker and waits for it, at most `graceMs` (1 s unless told). */
  close(graceMs?: number): Promise<void>;
}

export interface JobWorkerParts<T> {
  driver: BullDriver;
  name: string;
  schema: ZodType<T>;
  run: JobHandler<T>;
  options: JobWorkerOptions;
  onError: OnError;
}

export function startJobWorker<T>({ driver, name, schema, run, options, onError }: JobWorkerParts<T>): JobWorker {
  const attempts = options.attempts ?? ATTEMPTS_DEFAULT;
  const lockMs = options.lockMs ?? LOCK_DEFAULT_MS;
  const running = new Map<string, AbortController>();
  let closing: Promise<void> | undefined;

  async function handle(job: BullJob, token: string | undefined): Promise<void> {
    const id = job.id ?? '';
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const data = schema.safeParse(job.data);
      if (!data.success) throw new UnrecoverableError(`The job's data is not valid: ${data.error.message}`);
      if (closing) controller.abort(new Error('The worker closes.'));
      controller.signal.throwIfAborted();
      await run({ id, data: data.data, attempt: job.attemptsStarted, signal: controller.signal });
    } catch (error) {
      if (closing && controller.signal.aborted) {
        // Stopping is no failure of the job: it goes back without using up an attempt.
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failure = error instanceof Error ? error : new Error(String(error));
      onError(`job ${name}/${id}`, failure);
      if (job.attemptsMade + 1 >= attempts) throw new UnrecoverableError(failure.message);
      throw failure;
    } finally {
      if (running.get(id) === controller) running.delete(id);
    }
  }

  const worker = driver.createWorker(name, handle, {
    concurrency: options.concurrency ?? CONCURRENCY_DEFAULT,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: STALLED_COUNT_MAX,
  });
  worker.on('error', (error) => onError(`worker ${name}`, error));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) running.get(id)?.abort(new Error('Another worker may have taken the job.'));
  });

  async function close(graceMs: number): Promise<void> {
    await worker.pause(true);
    for (const controller of running.values()) controller.abort(new Error('The worker closes.'));
    const deadline = Date.now() + graceMs;
    while (running.size > 0 && Date.now() < deadline) await sleep(CLOSE_POLL_MS);
    await worker.close(running.size > 0);
  }

  return {
    close(graceMs = WORKER_CLOSE_GRACE_MS) {
      closing ??= close(graceMs);
      return closing;
    },
  };
}
