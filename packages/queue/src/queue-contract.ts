import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@bmm/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openQueueBackend, type QueueBackend } from './index.ts';

export interface ContractTarget {
  databaseUrl: string;
  redisUrl?: string | undefined;
  /** Ends all connections of clients, as a restart of the server would. */
  cutConnections(): Promise<void>;
  countConnections(): Promise<number>;
}

const Data = z.object({ n: z.number() });

/** What jobs, bus and keys promise on every backend. */
export function queueContract(getTarget: () => ContractTarget): void {
  let backend: QueueBackend;
  let name: string;
  let errors: string[];

  const open = () => {
    const { databaseUrl, redisUrl } = getTarget();
    return openQueueBackend({
      databaseUrl,
      redisUrl,
      onError: (where, error) => errors.push(`${where}: ${error.message}`),
    });
  };

  beforeEach(async () => {
    errors = [];
    name = `queue-${randomUUID()}`;
    backend = await open();
  });
  afterEach(() => backend.close());

  test('each of 200 jobs is handled exactly once by two workers', async () => {
    const queue = backend.openQueue(name, Data);
    const seen: number[] = [];
    const run = async ({ data }: { data: { n: number } }) => {
      await sleep(1);
      seen.push(data.n);
    };
    backend.startWorker(name, Data, run, { concurrency: 4 });
    backend.startWorker(name, Data, run, { concurrency: 4 });
    await Promise.all(Array.from({ length: 200 }, (_, n) => queue.add({ n })));
    await waitFor(() => seen.length >= 200, { timeoutMs: 15_000 });
    await sleep(200);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, failed: 0 });
  });

  test('an id given twice is the same job, and a waiting job can be removed once', async () => {
    const queue = backend.openQueue(name, Data);
    expect(await queue.add({ n: 1 }, { id: 'build_1' })).toBe('build_1');
    expect(await queue.add({ n: 2 }, { id: 'build_1' })).toBe('build_1');
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    expect(await queue.remove('build_1')).toBe(true);
    expect(await queue.remove('build_1')).toBe(false);
    expect(await queue.counts()).toMatchObject({ waiting: 0 });
  });

  test('a delayed job waits for its time', async () => {
    const queue = backend.openQueue(name, Data);
    const addedAt = performance.now();
    const startedAt = new Promise<number>((resolve) => {
      backend.startWorker(name, Data, async () => resolve(performance.now()));
    });
    await queue.add({ n: 1 }, { delayMs: 400 });
    expect((await startedAt) - addedAt).toBeGreaterThanOrEqual(390);
  });

  test('data that breaks the schema is refused when it is added, and fails at once when a worker meets it', async () => {
    const strict = backend.openQueue(name, Data);
    await expect(strict.add(JSON.parse('{"n":"one"}'))).rejects.toThrow('expected number');
    const loose = backend.openQueue(name, z.unknown());
    let runs = 0;
    backend.startWorker(name, Data, async () => {
      runs += 1;
    });
    await loose.add({ n: 'one' });
    await waitFor(async () => (await loose.counts()).failed === 1);
    expect(runs).toBe(0);
    expect(errors.join('\n')).toContain("The job's data is not valid");
  });

  test('a run that throws is repeated, and given up after the worker’s attempts', async () => {
    const queue = backend.openQueue(name, Data);
    const attempts: number[] = [];
    backend.startWorker(
      name,
      Data,
      async ({ attempt }) => {
        attempts.push(attempt);
        throw new Error('no luck');
      },
      { attempts: 2 },
    );
    await queue.add({ n: 1 });
    await waitFor(async () => (await queue.counts()).failed === 1, { timeoutMs: 10_000 });
    expect(attempts).toEqual([1, 2]);
    expect(errors.filter((line) => line.endsWith('no luck'))).toHaveLength(2);
  });

  test('a worker that closes hands its running job to the next one without using up an attempt', async () => {
    const queue = backend.openQueue(name, Data);
    let isRunning = false;
    const first = backend.startWorker(
      name,
      Data,
      ({ signal }) =>
        new Promise((_, reject) => {
          isRunning = true;
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      { attempts: 1 },
    );
    await queue.add({ n: 7 });
    await waitFor(() => isRunning);
    await first.close();
    const taken = new Promise<number>((resolve) => {
      backend.startWorker(name, Data, async ({ data }) => resolve(data.n), { attempts: 1 });
    });
    expect(await taken).toBe(7);
  });

  test('the job of a worker process that is killed with -9 is taken over', async () => {
    const { databaseUrl, redisUrl } = getTarget();
    const lockMs = 1_500;
    const queue = backend.openQueue(name, Data);
    const victim = startWorkerProcess({ databaseUrl, redisUrl, queue: name, lockMs });
    try {
      const id = await queue.add({ n: 3 });
      const [message] = await once(victim, 'message');
      expect(message).toEqual({ started: id });
    } finally {
      victim.kill('SIGKILL');
    }
    const taken = new Promise<{ id: string; attempt: number }>((resolve) => {
      backend.startWorker(name, Data, async ({ id, attempt }) => resolve({ id, attempt }), { lockMs });
    });
    expect(await taken).toMatchObject({ attempt: 2 });
    // Starting a second Node process takes seconds on a busy machine.
  }, 60_000);

  test('after all connections were cut, jobs, keys and bus work again', async () => {
    const queue = backend.openQueue(name, Data);
    const seen = new Set<number>();
    backend.startWorker(name, Data, async ({ data }) => void seen.add(data.n));
    await queue.add({ n: 1 });
    await waitFor(() => seen.has(1));
    let resyncs = 0;
    const heard: unknown[] = [];
    const resynced = () => {
      resyncs += 1;
    };
    await backend.bus.subscribe(name, (message) => heard.push(message), resynced);
    await getTarget().cutConnections();
    await waitFor(() => resyncs > 0, { timeoutMs: 10_000 });
    await waitFor(() => backend.bus.publish(name, 'again').then(() => true));
    await waitFor(() => heard.includes('again'));
    await waitFor(() => queue.add({ n: 2 }));
    await waitFor(() => seen.has(2), { timeoutMs: 10_000 });
    await backend.keys.set(name, 'value', 10_000);
    expect(await backend.keys.get(name)).toBe('value');
    await backend.ping();
  });

  test('the bus delivers to every subscriber of a topic in every process, and to no other', async () => {
    await using other = await open();
    const heard: string[] = [];
    const leave = await backend.bus.subscribe(name, () => heard.push('first'));
    await backend.bus.subscribe(name, () => {
      throw new Error('a broken subscriber');
    });
    await backend.bus.subscribe(name, (message) => heard.push(`second ${JSON.stringify(message)}`));
    await other.bus.subscribe(name, () => heard.push('other'));
    await other.bus.subscribe(`${name}-else`, () => heard.push('wrong'));
    await other.bus.publish(name, { seq: 4 });
    await waitFor(() => heard.length === 3);
    await leave();
    await backend.bus.publish(name, { seq: 5 });
    await waitFor(() => heard.length === 5);
    await sleep(50);
    expect(heard.toSorted()).toEqual(['first', 'other', 'other', 'second {"seq":4}', 'second {"seq":5}']);
    expect(errors.join('\n')).toContain('a broken subscriber');
  });

  test('a bus message that is too large is refused with the reason', async () => {
    await expect(backend.bus.publish(name, 'é'.repeat(4_000))).rejects.toThrow(
      /has \d+ bytes, the limit is 7900\. Send an id, not the data\./,
    );
    await expect(backend.bus.publish(name, 'x'.repeat(7_000))).resolves.toBeUndefined();
  });

  test('parallel increments count each call once in one window, and the next window starts at one', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => backend.keys.increment(name, 1_500)));
    expect(answers.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    for (const { resetsInMs } of answers) expect(resetsInMs).toBeLessThanOrEqual(1_500);
    await sleep(1_600);
    expect(await backend.keys.increment(name, 1_500)).toMatchObject({ count: 1 });
  });

  test('of 30 parallel takers exactly one gets the value', async () => {
    await backend.keys.set(name, 'once', 10_000);
    const taken = await Promise.all(Array.from({ length: 30 }, () => backend.keys.take(name)));
    expect(taken.filter((value) => value !== null)).toEqual(['once']);
  });

  test('of 30 parallel callers exactly one sets an absent key', async () => {
    const set = await Promise.all(Array.from({ length: 30 }, (_, n) => backend.keys.setIfAbsent(name, `${n}`, 10_000)));
    expect(set.filter(Boolean)).toHaveLength(1);
    expect(await backend.keys.get(name)).toBe(String(set.indexOf(true)));
  });

  test('an expired key is gone for get, take and setIfAbsent; a deleted one too', async () => {
    for (const suffix of ['get', 'take', 'absent']) await backend.keys.set(`${name}-${suffix}`, 'old', 50);
    await sleep(100);
    expect(await backend.keys.get(`${name}-get`)).toBeNull();
    expect(await backend.keys.take(`${name}-take`)).toBeNull();
    expect(await backend.keys.setIfAbsent(`${name}-absent`, 'new', 10_000)).toBe(true);
    await backend.keys.delete(`${name}-absent`);
    expect(await backend.keys.get(`${name}-absent`)).toBeNull();
  });

  test('keys and lifetimes out of bounds are refused', async () => {
    await expect(backend.keys.set('', 'value', 1_000)).rejects.toThrow(RangeError);
    await expect(backend.keys.set('k'.repeat(513), 'value', 1_000)).rejects.toThrow(RangeError);
    await expect(backend.keys.increment(name, 0)).rejects.toThrow('whole number of milliseconds');
  });

  test('close leaves no connection open, also with a handler that ignores its signal', async () => {
    await backend.close();
    await waitFor(async () => (await getTarget().countConnections()) === 0);
    const own = await open();
    const queue = own.openQueue(name, Data);
    let isRunning = false;
    own.startWorker(name, Data, () => {
      isRunning = true;
      return new Promise(() => undefined);
    });
    await own.bus.subscribe(name, () => undefined);
    await queue.add({ n: 1 });
    await waitFor(() => isRunning);
    const closeStart = performance.now();
    await own.close();
    expect(performance.now() - closeStart).toBeLessThan(3_000);
    await waitFor(async () => (await getTarget().countConnections()) === 0);
  });
}

function startWorkerProcess(options: Record<string, unknown>): ChildProcess {
  return fork(new URL('./queue-contract-worker.ts', import.meta.url), [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
  });
}
