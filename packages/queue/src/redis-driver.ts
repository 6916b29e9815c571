import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { BullDriver } from './bull-driver.ts';
import { REDIS_PREFIX } from './constants.ts';

/** Workers wait for a lost Redis to come back (`patient`); whoever adds a job learns at once that it is gone. */
export function createRedisDriver(commands: Redis, patient: Redis): BullDriver {
  return {
    createQueue: (name) => new Queue<unknown, unknown, string>(name, { connection: commands, prefix: REDIS_PREFIX }),
    createWorker: (name, run, options) =>
      new Worker<unknown, void, string>(name, (job, token) => run(job, token), {
        connection: patient,
        prefix: REDIS_PREFIX,
        ...options,
      }),
  };
}
