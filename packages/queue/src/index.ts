export type { Bus } from './bus.ts';
export type { ExpiringKeys } from './expiring-keys.ts';
export type { JobQueue } from './job-queue.ts';
export type { JobHandler, JobWorker, JobWorkerOptions, RunningJob } from './job-worker.ts';
export { openQueueBackend, type QueueBackendOptions } from './open-queue-backend.ts';
export { prepareQueueBackend } from './prepare-queue-backend.ts';
export type { OnError, QueueBackend } from './queue-backend.ts';
