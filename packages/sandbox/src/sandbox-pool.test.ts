import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProcess } from './process-identity.ts';
import type { SandboxDriver } from './sandbox.ts';
import {
  createSandboxPool,
  type PoolEvent,
  type PoolTarget,
  type SandboxPool,
  type SandboxPoolOptions,
} from './sandbox-pool.ts';
import { TEST_BUNDLE, toBundle, toCall } from './test-bundle.ts';
import { createWorkerdDriver } from './workerd-driver.ts';

let runDir: string;
let driver: SandboxDriver;
let pool: SandboxPool;
let events: PoolEvent[];

const target = (serverId = 'a', bundle: PoolTarget['bundle'] = TEST_BUNDLE): PoolTarget => ({ serverId, bundle });
const V2 = toBundle('export async function echo() { return "v2"; }');
const call = (to: PoolTarget, handler: string, args = {}, timeoutMs = 5_000) =>
  pool.call(to, toCall(handler, { arguments: args, timeoutMs }));
const types = () => events.map((event) => (event.type === 'stopped' ? event.reason : event.type));
const servers = () =>
  pool
    .snapshot()
    .map(({ serverId }) => serverId)
    .sort();

const makePool = (options: Partial<SandboxPoolOptions> = {}) =>
  createSandboxPool({ driver, idleMs: 60_000, maxLive: 10, onEvent: (event) => events.push(event), ...options });

beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'bmm-pool-'));
  driver = createWorkerdDriver({ runDir });
  events = [];
  pool = makePool();
});
afterEach(async () => {
  await pool.close();
  expect(driver.list()).toEqual([]);
  await driver.close();
  await rm(runDir, { recursive: true, force: true });
});

describe('the sandbox pool', () => {
  it('starts a sandbox on the first call, once for parallel ones, and uses it again', async () => {
    let loads = 0;
    const code = async () => {
      loads += 1;
      return TEST_BUNDLE.code;
    };
    const to = target('a', { sha256: TEST_BUNDLE.sha256, code });
    const counts = await Promise.all(Array.from({ length: 50 }, () => call(to, 'count')));
    expect(counts.map((outcome) => outcome.ok && outcome.value).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
    expect(await call(to, 'count')).toMatchObject({ ok: true, value: 51 });
    expect(loads).toBe(1);
    expect(types()).toEqual(['started']);
    expect(events[0]).toMatchObject({ serverId: 'a', sha256: TEST_BUNDLE.sha256, coldMs: expect.any(Number) });
    expect(pool.snapshot()).toMatchObject([{ serverId: 'a', state: 'live', callsInFlight: 0 }]);
  });

  it('gives two servers with the same bundle a process each', async () => {
    await Promise.all([call(target('a'), 'echo'), call(target('b'), 'echo')]);
    expect(new Set(driver.list().map(({ pid }) => pid)).size).toBe(2);
  });

  it('puts a sandbox to sleep when it was idle, and wakes it on the next call', async () => {
    pool = makePool({ idleMs: 200 });
    await call(target(), 'count');
    await call(target(), 'slow', { ms: 400 });
    expect(types()).toEqual(['started']);
    await expect.poll(() => driver.list(), { timeout: 2_000 }).toEqual([]);
    expect(types()).toEqual(['started', 'idle']);
    expect(await call(target(), 'count')).toMatchObject({ ok: true, value: 1 });
  });

  it('works again on the call after an endless loop, a heap bomb and an array buffer bomb', async () => {
    expect(await call(target(), 'loop', {}, 300)).toMatchObject({ ok: false, reason: 'timed_out' });
    expect(await call(target(), 'echo', { n: 1 })).toMatchObject({ ok: true, value: { n: 1 } });
    expect(await call(target(), 'heapBomb', {}, 25_000)).toMatchObject({ ok: false, reason: 'crashed' });
    expect(await call(target(), 'echo', { n: 2 })).toMatchObject({ ok: true, value: { n: 2 } });
    expect(await call(target(), 'bufferBomb', {}, 25_000)).toMatchObject({ ok: false });
    expect(await call(target(), 'echo', { n: 3 })).toMatchObject({ ok: true, value: { n: 3 } });
    expect(types().slice(0, 5)).toEqual(['started', 'wedged', 'started', 'crashed', 'started']);
  }, 60_000);

  it('answers with the reason when the bundle does not load, and tries again on the next call', async () => {
    const broken = target('a', toBundle('export const = 1;'));
    const message = "The tool code did not load: SyntaxError: Unexpected token '=' (line 1, column 13).";
    expect(await call(broken, 'echo')).toMatchObject({ ok: false, reason: 'crashed', message });
    expect(pool.snapshot()).toEqual([]);
    expect(await call(broken, 'echo')).toMatchObject({ ok: false, reason: 'crashed', message });
  });

  it('rejects when the code cannot be had, and recovers', async () => {
    const code = async () => Promise.reject(new Error('The store is down.'));
    await expect(call(target('a', { sha256: TEST_BUNDLE.sha256, code }), 'echo')).rejects.toThrow('The store is down.');
    expect(await call(target(), 'echo')).toMatchObject({ ok: true });
  });

  it('puts the least recently used idle sandbox to sleep beyond its maximum, never a busy one', async () => {
    pool = makePool({ maxLive: 2 });
    const busy = call(target('a'), 'slow', { ms: 1_500 });
    await call(target('b'), 'echo');
    await call(target('c'), 'echo');
    expect(servers()).toEqual(['a', 'c']);
    const alsoBusy = call(target('c'), 'slow', { ms: 1_000 });
    expect(await call(target('d'), 'echo')).toMatchObject({ ok: false, reason: 'too_many_calls' });
    expect(await busy).toMatchObject({ ok: true });
    expect(await alsoBusy).toMatchObject({ ok: true });
    await call(target('c'), 'echo');
    expect(await call(target('d'), 'echo')).toMatchObject({ ok: true });
    expect(servers()).toEqual(['c', 'd']);
    expect(driver.list()).toHaveLength(2);
  });

  it('retires an old version: its calls finish, new ones go to the new version', async () => {
    const old = call(target(), 'slow', { ms: 500 });
    await expect.poll(() => pool.snapshot()[0]?.state).toBe('live');
    const retired = pool.retire('a', { exceptSha256: V2.sha256 });
    expect(pool.snapshot()).toMatchObject([{ state: 'draining', callsInFlight: 1 }]);
    expect(await call(target('a', V2), 'echo')).toMatchObject({ ok: true, value: 'v2' });
    expect(pool.snapshot()).toHaveLength(2);
    expect(await old).toMatchObject({ ok: true, value: 'slow' });
    await retired;
    expect(pool.snapshot()).toMatchObject([{ sha256: V2.sha256, state: 'live' }]);
    expect(types()).toEqual(['started', 'started', 'retired']);
    expect(await call(target('a', V2), 'echo')).toMatchObject({ ok: true, value: 'v2' });
  });

  it('stops a server at once, its calls in flight and starts too, and no other server', async () => {
    await call(target('b'), 'echo');
    const running = call(target('a'), 'never');
    await expect.poll(() => driver.list().length).toBe(2);
    const pid = driver.list().find(({ serverId }) => serverId === 'a')?.pid ?? 0;
    await sleep(50);
    await pool.stopServer('a');
    expect(await running).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(findProcess(pid)).toBeUndefined();
    const starting = call(target('a'), 'echo');
    await pool.stopServer('a');
    expect(await starting).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(servers()).toEqual(['b']);
    expect(await call(target('a'), 'echo')).toMatchObject({ ok: true });
  });

  it('lets one caller cancel during a start without hurting the others', async () => {
    const controller = new AbortController();
    const cancelled = pool.call(target(), toCall('echo', { signal: controller.signal }));
    const patient = call(target(), 'echo', { n: 1 });
    controller.abort();
    expect(await cancelled).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(await patient).toMatchObject({ ok: true, value: { n: 1 } });
  });

  it('takes no call after it is closed and leaves no process, even when a store never answers', async () => {
    await call(target('b'), 'echo');
    const code = () => new Promise<string>(() => {});
    const hanging = call(target('a', { sha256: TEST_BUNDLE.sha256, code }), 'echo');
    await pool.close();
    expect(await hanging).toMatchObject({ ok: false, reason: 'cancelled' });
    expect(driver.list()).toEqual([]);
    expect(pool.snapshot()).toEqual([]);
    await expect(call(target(), 'echo')).rejects.toThrow('closed');
  });
});
