import type { Job, JobsOptions } from 'bullmq';

/** The part of BullMQ that this package uses; its classes have different types on Redis and on Postgres. */
export interface BullQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<{ id?: string | undefined }>;
  getJob(id: string): Promise<unknown>;
  remove(id: string): Promise<number>;
  getJobCounts(
    ...states: ('waiting' | 'delayed' | 'prioritized' | 'active' | 'failed')[]
  ): Promise<Record<string, number>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

export type BullJob = Pick<
  Job<unknown, unknown, string>,
  'id' | 'data' | 'attemptsMade' | 'attemptsStarted' | 'moveToWait'
>;

export interface BullWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
  pause(doNotWaitActive?: boolean): Promise<void>;
  close(force?: boolean): Promise<void>;
}

export interface BullWorkerOptions {
  concurrency: number;
  lockDuration: number;
  stalledInterval: number;
  maxStalledCount: number;
}

export interface BullDriver {
  createQueue(name: string): BullQueue;
  createWorker(
    name: string,
    run: (job: BullJob, token: string | undefined) => Promise<void>,
    options: BullWorkerOptions,
  ): BullWorker;
}
