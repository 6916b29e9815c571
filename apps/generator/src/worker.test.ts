import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { getBuildInOrg, getServerInOrg, listVersions, requestCancellation, schema } from '@bmm/db';
import { ECHO_AND_NOW_SPEC, type SpecGenerator } from '@bmm/generation';
import { CANCEL_TOPIC } from '@bmm/services';
import { waitFor } from '@bmm/testing';
import { AppError, type Spec } from '@bmm/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuildBench, openBuildBench, stateOf } from './testing/build-bench.ts';

let bench: BuildBench;
beforeAll(async () => {
  bench = await openBuildBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

const happyPath = ['queued', 'generating', 'checking', 'building', 'testing', 'deploying', 'live'];
const withCode = (code: string): Spec => ({ ...ECHO_AND_NOW_SPEC, code });
const firstTool = ECHO_AND_NOW_SPEC.tools[0];
if (firstTool === undefined) throw new Error('the built-in spec has no tool');
const oneTool = (code: string, tool: Partial<Spec['tools'][number]> = {}): Spec => ({
  ...withCode(code),
  tools: [{ ...firstTool, handler: 'echo', ...tool }],
});

/** Waits until it is told to go on, or is aborted. */
function heldGenerator(): SpecGenerator & { release(): void; readonly calls: number } {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  return {
    source: 'mock',
    get calls() {
      return calls;
    },
    release: () => release(),
    async generate(_request, { signal }) {
      calls += 1;
      await Promise.race([held, once(signal, 'abort')]);
      signal.throwIfAborted();
      return ECHO_AND_NOW_SPEC;
    },
  };
}

describe('with one worker', () => {
  beforeAll(async () => {
    await bench.startWorker();
  });

  test('an announced build goes through every state to live, and the version is what serves', async () => {
    const { serverId, buildId } = await bench.newBuild();
    const events = await bench.ended(buildId);
    expect(stateOf(events)).toEqual(happyPath);
    expect(events.at(-1)).toMatchObject({ type: 'done', state: 'live', version: 1 });
    const { server, version } = await getServerInOrg(bench.database.db, bench.orgId, serverId);
    expect(server.state).toBe('live');
    expect(version).toMatchObject({ number: 1, bundleSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('a build that was never announced is found, and the same spec gives the same bundle', async () => {
    const first = await bench.newBuild({ spec: ECHO_AND_NOW_SPEC, silent: true });
    const second = await bench.newBuild({ spec: ECHO_AND_NOW_SPEC });
    await Promise.all([bench.ended(first.buildId), bench.ended(second.buildId)]);
    const versions = await Promise.all(
      [first, second].map(({ serverId }) => listVersions(bench.database.db, bench.orgId, serverId)),
    );
    expect(versions[0]?.[0]?.bundleSha256).toBe(versions[1]?.[0]?.bundleSha256);
  });

  test('an iteration makes the next version of the same server', async () => {
    const { serverId, buildId } = await bench.newBuild();
    await bench.ended(buildId);
    const [version] = await listVersions(bench.database.db, bench.orgId, serverId);
    const next = await bench.newBuild({ serverId, prompt: 'shout', ...(version ? { baseVersionId: version.id } : {}) });
    expect((await bench.ended(next.buildId)).at(-1)).toMatchObject({ type: 'done', version: 2 });
    expect((await getServerInOrg(bench.database.db, bench.orgId, serverId)).version?.number).toBe(2);
  });

  test.each<[string, Spec, string, RegExp]>([
    ['code that does not parse', withCode('export function echo( {'), 'bundle_failed', /Line 1/],
    [
      'code that imports',
      withCode("import fs from 'fs';\nexport const echo = fs; export const now = fs;"),
      'bundle_failed',
      /without imports/,
    ],
    [
      'a dynamic import of a module',
      withCode("export const echo = () => import('node:fs'); export const now = echo;"),
      'bundle_failed',
      /without imports/,
    ],
    ['a handler that is not exported', withCode('export const echo = () => 1;'), 'bundle_failed', /now/],
    [
      'a handler that throws',
      oneTool("export function echo() { throw new Error('no such city'); }"),
      'tool_test_failed',
      /echo.*no such city/,
    ],
    [
      'an output that breaks its schema',
      oneTool("export function echo() { return 'x'; }", {
        outputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
      }),
      'tool_test_failed',
      /echo/,
    ],
    [
      'code that throws when it starts',
      withCode("throw new Error('top level'); export const echo = 1, now = 1;"),
      'tool_test_failed',
      /top level/,
    ],
    ['a handler that never ends', oneTool('export function echo() { for (;;) {} }'), 'tool_test_failed', /echo/],
    [
      'example arguments that do not fit',
      oneTool('export const echo = (a) => a;', { exampleArguments: { text: 7 } }),
      'spec_invalid',
      /echo/,
    ],
  ])(
    '%s fails the build with the reason and the tool, and leaves no server half made',
    async (_what, spec, code, detail) => {
      const { serverId, buildId } = await bench.newBuild({ spec });
      const events = await bench.ended(buildId);
      expect(events.at(-1)).toMatchObject({
        type: 'error',
        state: 'failed',
        code,
        detail: expect.stringMatching(detail),
      });
      expect((await getServerInOrg(bench.database.db, bench.orgId, serverId)).server).toMatchObject({
        state: 'failed',
        activeVersionId: null,
      });
      expect(bench.sandboxes.list()).toEqual([]);
    },
  );

  test('a tool that talks to a host is not called before it goes live', async () => {
    const spec = {
      ...oneTool("export function echo() { throw new Error('called'); }", { hosts: ['api.example.com'] }),
      allowedHosts: ['api.example.com'],
    };
    const { buildId } = await bench.newBuild({ spec });
    expect((await bench.ended(buildId)).at(-1)).toMatchObject({ type: 'done' });
  });

  test('a failed iteration leaves the version that serves alone', async () => {
    const { serverId, buildId } = await bench.newBuild();
    await bench.ended(buildId);
    const broken = await bench.newBuild({ serverId, spec: withCode('(') });
    expect((await bench.ended(broken.buildId)).at(-1)).toMatchObject({ type: 'error' });
    const after = await getServerInOrg(bench.database.db, bench.orgId, serverId);
    expect(after.server.state).toBe('live');
    expect(after.version?.number).toBe(1);
  });
});

describe('interruptions', () => {
  test('a cancelled build ends at once, says so, and the model is not waited for', async () => {
    await using own = await openBuildBench();
    const generator = heldGenerator();
    await own.startWorker({ specGenerator: generator });
    const { buildId } = await own.newBuild();
    await waitFor(async () => generator.calls === 1, { timeoutMs: 10_000, intervalMs: 20 });
    await requestCancellation(own.database.db, own.orgId, buildId);
    await own.queue.bus.publish(CANCEL_TOPIC, { buildId });
    const events = await own.ended(buildId, 5_000);
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'build_cancelled' });
  });

  test.each([
    ['what the model refuses', new AppError('model_refused', 'The model declined this request.')],
    [
      'a model that cannot be reached, which is no lost database,',
      new AppError('model_unavailable', 'The model cannot be reached.', {
        cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      }),
    ],
  ])('%s is the reason that the build shows, at its first attempt', async (_what, failure) => {
    await using own = await openBuildBench();
    await own.startWorker({ specGenerator: { source: 'model', generate: () => Promise.reject(failure) } });
    const { buildId } = await own.newBuild();
    const events = await own.ended(buildId);
    expect(events.at(-1)).toMatchObject({ code: failure.code, detail: failure.detail });
    expect(stateOf(events)).toEqual(['queued', 'generating', 'failed']);
  });

  test('builds that are announced and builds that are found together are no more than the worker may run', async () => {
    await using own = await openBuildBench();
    const found = await Promise.all([own.newBuild({ silent: true }), own.newBuild({ silent: true })]);
    await own.database.db.update(schema.build).set({ createdAt: new Date(Date.now() - 60_000) });
    const generator = heldGenerator();
    await own.startWorker({ specGenerator: generator, concurrency: 2 });
    await waitFor(async () => generator.calls === 2, { timeoutMs: 15_000, intervalMs: 20 });
    const announced = await Promise.all([own.newBuild(), own.newBuild()]);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(generator.calls).toBe(2);
    generator.release();
    for (const { buildId } of [...found, ...announced])
      expect((await own.ended(buildId)).at(-1)).toMatchObject({ type: 'done' });
  });

  test('a worker that stops puts its build back, and the next one brings it to its end', async () => {
    await using own = await openBuildBench();
    const generator = heldGenerator();
    const first = await own.startWorker({ specGenerator: generator });
    const { buildId } = await own.newBuild();
    await waitFor(async () => generator.calls === 1, { timeoutMs: 15_000, intervalMs: 20 });
    await first.close();
    expect((await getBuildInOrg(own.database.db, own.orgId, buildId)).build).toMatchObject({
      state: 'generating',
      leaseToken: null,
      attempt: 0,
    });
    await own.startWorker();
    const events = await own.ended(buildId);
    expect(events.at(-1)).toMatchObject({ type: 'done' });
    expect(stateOf(events)).toEqual(['queued', 'generating', ...happyPath]);
  });

  test('a worker that is killed in mid-build is taken over by the next one', async () => {
    await using own = await openBuildBench();
    const child = fork(fileURLToPath(new URL('./testing/worker-that-hangs.ts', import.meta.url)), [own.databaseUrl], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { buildId } = await own.newBuild();
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await getBuildInOrg(own.database.db, own.orgId, buildId)).build.state).toBe('generating');
    await own.startWorker();
    const events = await own.ended(buildId, 30_000);
    expect(stateOf(events)).toEqual(['queued', 'generating', ...happyPath]);
    expect(events.find((event) => event.type === 'log' && event.level === 'warn')).toMatchObject({
      message: expect.stringContaining('took over'),
    });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  }, 60_000);

  test('a build of a server that was deleted meanwhile ends without a trace', async () => {
    await using own = await openBuildBench();
    const generator = heldGenerator();
    await own.startWorker({ specGenerator: generator });
    const { serverId, buildId } = await own.newBuild();
    await waitFor(async () => generator.calls === 1, { timeoutMs: 15_000, intervalMs: 20 });
    const { deleteServerInOrg } = await import('@bmm/db');
    await deleteServerInOrg(own.database.db, own.orgId, serverId);
    generator.release();
    await expect(getBuildInOrg(own.database.db, own.orgId, buildId)).rejects.toMatchObject({ code: 'not_found' });
  });
});
