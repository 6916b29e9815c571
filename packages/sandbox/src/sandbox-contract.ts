import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '@bmm/types';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox, SandboxDriver, StartRequest } from './sandbox.ts';
import { SandboxStartError } from './sandbox-start-error.ts';
import { callTool, TEST_BUNDLE, toBundle, toCall } from './test-bundle.ts';

/** The guarantees of every driver; `makeDriver` returns one that nothing else uses. */
export function sandboxContract(name: string, makeDriver: () => SandboxDriver): void {
  describe(`the sandbox contract, ${name}`, () => {
    let driver: SandboxDriver;
    const started: Sandbox[] = [];

    const start = async (request: Partial<StartRequest> = {}) => {
      const sandbox = await driver.start({ serverId: 'server-a', bundle: TEST_BUNDLE, ...request });
      started.push(sandbox);
      return sandbox;
    };

    beforeAll(() => {
      driver = makeDriver();
    });
    afterEach(async () => {
      await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()));
    });
    afterAll(() => driver.close());

    describe('calls', () => {
      it('returns what the handler returns, for any JSON value', async () => {
        const sandbox = await start();
        const args: JsonObject = {
          text: 'ä€😀\u2028"\\',
          n: -1.5e-7,
          list: [1, null, true, { deep: [[]] }],
          empty: {},
        };
        expect(await callTool(sandbox, 'echo', args)).toEqual({ ok: true, value: args, logs: [] });
        expect(await callTool(sandbox, 'nothing')).toEqual({ ok: true, value: null, logs: [] });
        expect(await callTool(sandbox, 'then')).toMatchObject({ ok: true, value: 'not a promise' });
      });

      it('gives the handler a frozen context with its call id', async () => {
        const outcome = await callTool(await start(), 'context');
        const value = { callId: 'call-context', secrets: {}, frozen: true, aborted: false };
        expect(outcome).toMatchObject({ ok: true, value });
      });

      it('reports a thrown error by its message alone, bounded', async () => {
        const sandbox = await start();
        expect(await callTool(sandbox, 'fail')).toEqual({
          ok: false,
          reason: 'handler_threw',
          message: 'The city is not known.',
          logs: [],
        });
        const long = await callTool(sandbox, 'failLong');
        expect(long.ok === false && long.message.length).toBeLessThanOrEqual(2_048);
        expect(await callTool(sandbox, 'failOddly')).toMatchObject({ reason: 'handler_threw' });
      });

      it('names a handler that does not exist, also one that every object inherits', async () => {
        const sandbox = await start();
        for (const handler of ['missing', 'toString', '__proto__', 'constructor']) {
          const message = `The tool code exports no handler "${handler}".`;
          expect(await callTool(sandbox, handler)).toMatchObject({ ok: false, reason: 'unknown_handler', message });
        }
      });

      it('refuses results that are not JSON', async () => {
        const sandbox = await start();
        for (const handler of ['circular', 'big', 'func']) {
          expect(await callTool(sandbox, handler)).toMatchObject({ ok: false, reason: 'result_not_json' });
        }
      });

      it('runs 50 calls at once', async () => {
        const sandbox = await start();
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, async (_, n) => {
            await sandbox.call(toCall('slow', { arguments: { ms: 20 } }));
            return callTool(sandbox, 'echo', { n });
          }),
        );
        expect(outcomes).toEqual(Array.from({ length: 50 }, (_, n) => ({ ok: true, value: { n }, logs: [] })));
      });

      it('keeps the log lines of parallel calls apart', async () => {
        const sandbox = await start();
        const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`);
        const outcomes = await Promise.all(texts.map((text) => callTool(sandbox, 'say', { text })));
        expect(outcomes.map(({ logs }) => logs.map(({ level, message }) => [level, message]))).toEqual(
          texts.map((text) => [
            ['info', 'one {"two":2}'],
            ['error', 'Error: three'],
            ['info', text],
          ]),
        );
      });
    });

    describe('limits', () => {
      it('cuts a log flood and says how many lines were dropped', async () => {
        const outcome = await (await start({ limits: { logBytes: 8_192 } })).call(toCall('flood'));
        const bytes = outcome.logs.reduce((sum, { message }) => sum + message.length, 0);
        expect(outcome).toMatchObject({ ok: true, value: 'done' });
        expect(bytes).toBeLessThan(8_192 + 200);
        expect(outcome.logs.at(-1)?.message).toMatch(/^99\d\d more log lines were dropped: .* 8192 bytes\.$/);
      });

      it('refuses a huge result with its limit', async () => {
        const sandbox = await start({ limits: { resultBytes: 1_000 } });
        expect(await callTool(sandbox, 'huge', { bytes: 998 })).toMatchObject({ ok: true });
        const outcome = await callTool(sandbox, 'huge', { bytes: 999 });
        expect(outcome).toMatchObject({ ok: false, reason: 'result_too_large' });
        expect(outcome).toHaveProperty('message', expect.stringContaining('the limit is 1000 bytes'));
        expect(await callTool(sandbox, 'huge', { bytes: 20_000_000 })).toMatchObject({ reason: 'result_too_large' });
        expect(await callTool(sandbox, 'echo')).toMatchObject({ ok: true });
      });

      it('refuses calls beyond the concurrent ones that it allows', async () => {
        const sandbox = await start({ limits: { concurrentCalls: 2 } });
        const calls = Array.from({ length: 5 }, () => callTool(sandbox, 'slow', { ms: 50 }));
        const reasons = (await Promise.all(calls)).map((outcome) => (outcome.ok ? 'ok' : outcome.reason));
        expect(reasons).toEqual(['ok', 'ok', 'too_many_calls', 'too_many_calls', 'too_many_calls']);
        expect(await callTool(sandbox, 'echo')).toMatchObject({ ok: true });
      });

      it('refuses a limit above its maximum', async () => {
        await expect(start({ limits: { memoryMib: 100_000 } })).rejects.toThrow(/memoryMib must be a whole number/);
      });

      it('answers a promise that never settles at its deadline, aborts its signal and keeps the neighbours', async () => {
        const sandbox = await start();
        const neighbour = callTool(sandbox, 'slow', { ms: 600 });
        const startedAt = performance.now();
        const outcome = await sandbox.call(toCall('noticeAbort', { timeoutMs: 300 }));
        const tookMs = performance.now() - startedAt;
        expect(outcome).toMatchObject({ ok: false, reason: 'timed_out' });
        expect(outcome).toHaveProperty('message', 'The tool did not finish within its limit of 300 ms.');
        expect(tookMs).toBeGreaterThanOrEqual(290);
        expect(tookMs).toBeLessThan(600);
        expect(await neighbour).toMatchObject({ ok: true, value: 'slow' });
        expect(await callTool(sandbox, 'abortReasons')).toMatchObject({ value: ['The call took too long.'] });
      });

      it('kills an endless loop within 250 ms after its deadline', async () => {
        const sandbox = await start();
        const neighbour = callTool(sandbox, 'slow', { ms: 3_000 });
        await sleep(50);
        const startedAt = performance.now();
        const outcome = await sandbox.call(toCall('loop', { timeoutMs: 400 }));
        const lateMs = performance.now() - startedAt - 400;
        expect(outcome).toMatchObject({ ok: false, reason: 'timed_out' });
        expect(outcome).toHaveProperty('message', expect.stringContaining('limit of 400 ms'));
        expect(lateMs).toBeLessThan(250);
        expect(driver.list()).toEqual([]);
        expect(await neighbour).toMatchObject({ ok: false, reason: 'crashed' });
        expect(await sandbox.exited).toMatchObject({ reason: 'wedged' });
      });

      it('kills an endless loop at its deadline also when its caller has gone away', async () => {
        const sandbox = await start();
        const signal = AbortSignal.timeout(100);
        expect(await sandbox.call(toCall('loop', { timeoutMs: 300, signal }))).toMatchObject({ reason: 'cancelled' });
        expect(await sandbox.exited).toMatchObject({ reason: 'wedged' });
      });

      it('serves thousands of calls in a small memory', async () => {
        const sandbox = await start({ limits: { memoryMib: 96 } });
        let callsLeft = 6_500;
        const failures: unknown[] = [];
        const callInTurn = async () => {
          while (callsLeft > 0 && failures.length === 0) {
            callsLeft -= 1;
            const outcome = await callTool(sandbox, 'echo');
            if (!outcome.ok) failures.push(outcome);
          }
        };
        await Promise.all(Array.from({ length: 16 }, callInTurn));
        expect(failures).toEqual([]);
      }, 120_000);

      it('survives a heap bomb and an array buffer bomb', async () => {
        const sandbox = await start();
        const heap = await sandbox.call(toCall('heapBomb', { timeoutMs: 25_000 }));
        expect(heap).toMatchObject({ ok: false, reason: 'crashed' });
        expect(heap).toHaveProperty('message', expect.stringContaining('192 MiB'));
        const other = await start();
        const buffer = await other.call(toCall('bufferBomb', { timeoutMs: 25_000 }));
        expect(buffer.ok).toBe(false);
        expect(process.memoryUsage.rss()).toBeLessThan(1024 ** 3);
      }, 60_000);
    });

    describe('the end of a call or a sandbox', () => {
      it('ends a call when its caller cancels, tells the handler and keeps the sandbox', async () => {
        const sandbox = await start();
        const controller = new AbortController();
        const call = sandbox.call(toCall('noticeAbort', { signal: controller.signal }));
        await sleep(100);
        controller.abort();
        expect(await call).toMatchObject({ ok: false, reason: 'cancelled' });
        await expect
          .poll(async () => callTool(sandbox, 'abortReasons'))
          .toMatchObject({ ok: true, value: ['The caller went away.'] });
        expect(await sandbox.call(toCall('echo', { signal: AbortSignal.abort() }))).toMatchObject({
          reason: 'cancelled',
        });
      });

      it('ends calls in flight as cancelled when it is stopped, and later ones too', async () => {
        const sandbox = await start();
        const call = callTool(sandbox, 'never');
        await sleep(50);
        await sandbox.stop();
        expect(await call).toMatchObject({ ok: false, reason: 'cancelled' });
        expect(await callTool(sandbox, 'echo')).toMatchObject({ ok: false, reason: 'cancelled' });
        expect(await sandbox.exited).toMatchObject({ reason: 'stopped' });
        expect(driver.list()).toEqual([]);
      });
    });

    describe('starts', () => {
      it('says why a bundle does not load', async () => {
        const codes = [
          ['export const = 1;', "SyntaxError: Unexpected token '=' (line 1, column 13)"],
          ["throw new TypeError('no key');", 'TypeError: no key'],
          ["import fs from 'node:fs';", 'Error: No such module "node:fs".\n  imported from "tools.js"'],
          ['export const id = await new Promise(() => {});', 'Error: Top-level await in module is unsettled'],
          ['const all = []; for (;;) all.push({ all });', 'it ran out of memory'],
        ] as const;
        // A small heap is full soon, also on a busy machine.
        const limits = { heapMib: 16 };
        for (const [code, reason] of codes) {
          const error = await start({ bundle: toBundle(code), limits }).catch((reason: unknown) => reason);
          expect(error).toBeInstanceOf(SandboxStartError);
          expect(error).toHaveProperty('message', expect.stringContaining(`did not load: ${reason}`));
        }
        expect(driver.list()).toEqual([]);
      });

      it('gives up on a bundle that loops while it loads', async () => {
        const error = await start({ bundle: toBundle('while (true);') }).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(SandboxStartError);
        expect(error).toHaveProperty('message', expect.stringContaining('did not load within 5000 ms'));
        expect(driver.list()).toEqual([]);
      }, 15_000);

      it('refuses code that is not what its hash says', async () => {
        await expect(start({ bundle: { ...TEST_BUNDLE, sha256: '0'.repeat(64) } })).rejects.toThrow(SandboxStartError);
      });

      it('can be cancelled and leaves nothing behind', async () => {
        await expect(start({ signal: AbortSignal.abort(new Error('no more')) })).rejects.toThrow('no more');
        const bundle = toBundle('while (true);');
        await expect(start({ bundle, signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/);
        expect(driver.list()).toEqual([]);
      });

      it('runs each start in a process of its own and lists what really runs', async () => {
        const [a, b] = await Promise.all([start({ serverId: 'server-a' }), start({ serverId: 'server-b' })]);
        expect(a.pid).not.toBe(b.pid);
        await callTool(a, 'count');
        expect(await callTool(b, 'count')).toMatchObject({ value: 1 });
        const running = driver.list().map(({ id, serverId, sha256, pid }) => ({ id, serverId, sha256, pid }));
        expect(running).toEqual(
          expect.arrayContaining([
            { id: a.id, serverId: 'server-a', sha256: TEST_BUNDLE.sha256, pid: a.pid },
            { id: b.id, serverId: 'server-b', sha256: TEST_BUNDLE.sha256, pid: b.pid },
          ]),
        );
        expect(running).toHaveLength(2);
      });
    });

    describe('walls', () => {
      it('reaches no listener on loopback by fetch, WebSocket, cache or raw socket', async () => {
        let connections = 0;
        const server = createServer((_, response) => response.end('reached'));
        server.on('connection', () => {
          connections += 1;
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        const sandbox = await start();
        for (const host of ['127.0.0.1', 'localhost']) {
          const outcome = await callTool(sandbox, 'tryNetwork', { url: `http://${host}:${port}/` });
          const results = outcome.ok ? (outcome.value as string[]) : [outcome.message];
          expect(results[0]).toBe('refused: fetch failed: this server has no network access.');
          expect(results.join()).not.toMatch(/reached|open|200/);
        }
        server.close();
        expect(connections).toBe(0);
      });

      it('runs no code from strings', async () => {
        const outcome = await callTool(await start(), 'tryCode');
        expect(outcome).toMatchObject({ ok: true, value: ['EvalError', 'EvalError', 'EvalError'] });
      });

      it('offers no module that reaches files, processes or the machine', async () => {
        const names = ['fs', 'child_process', 'net', 'dns', 'os', 'worker_threads', 'vm', 'module', 'http'];
        const specifiers = names.map((module) => `node:${module}`);
        expect(await callTool(await start(), 'tryImports', { names: specifiers })).toMatchObject({ value: [] });
      });
    });
  });
}
