import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, waitFor } from '@bmm/testing';
import { afterEach, expect, test } from 'vitest';
import { APP_STOP_GRACE_MS } from './constants.ts';
import { isGroupAlive, isSameProcessAlive } from './process-identity.ts';
import { type RunState, readRunFile } from './run-file.ts';
import type { StandIn } from './testing/stand-in-stack.ts';

const PROGRAM = fileURLToPath(new URL('./testing/stand-in-stack.ts', import.meta.url));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Running {
  child: ChildProcess;
  folder: string;
  output(): string;
  exited: Promise<unknown[]>;
}

async function start(
  apps: Omit<StandIn, 'port'>[],
  options: { postgres?: boolean; folder?: string } = {},
): Promise<Running> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'bmm-stack-')));
  const list = await Promise.all(apps.map(async (app) => ({ ...app, port: await freePort() })));
  const postgres = options.postgres ? [String(await freePort())] : [];
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, folder, JSON.stringify(list), ...postgres], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await exited;
    if (options.folder) return;
    await waitFor(() => !existsSync(join(folder, 'run.json')));
    await rm(folder, { recursive: true, force: true });
  });
  return { child, folder, output: () => output, exited };
}

async function startAndWait(...args: Parameters<typeof start>): Promise<Running & { state: RunState }> {
  const running = await start(...args);
  await waitFor(() => running.output().includes('everything is ready'), { timeoutMs: 20_000 });
  const state = readRunFile(join(running.folder, 'run.json'));
  if (!state) throw new Error('There is no run file.');
  return { ...running, state };
}

function livingOf(state: RunState): string[] {
  const isAlive = (entry: RunState['processes'][number]) =>
    entry.kind === 'group' ? isGroupAlive(entry) : isSameProcessAlive(entry);
  return state.processes.filter(isAlive).map(({ name }) => name);
}

const PLAIN = [
  { name: 'first', flags: ['--by-line'] },
  { name: 'second', flags: [] },
  { name: 'third', flags: ['--watches-parent'] },
];

test('Ctrl-C ends the apps in the opposite order of their start, then PostgreSQL, within 2 s, and the exit code is 0', async () => {
  const { child, state, exited, output, folder } = await startAndWait(PLAIN, { postgres: true });
  expect(livingOf(state).toSorted()).toEqual(['first', 'postgres', 'second', 'third']);
  const askedAt = performance.now();
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  expect(livingOf(state)).toEqual([]);
  const order = [...output().matchAll(/^(\w+) +│ stops$/gm)].map(([, name]) => name);
  expect(order).toEqual(['third', 'second', 'first']);
  expect(existsSync(join(folder, 'run.json'))).toBe(false);
});

test('apps that ignore SIGTERM, and their children, are gone within 2 s as well', async () => {
  const stubborn = ['first', 'second', 'third', 'fourth'].map((name) => ({ name, flags: ['--stubborn'] }));
  const { child, state, exited } = await startAndWait(stubborn);
  const askedAt = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - askedAt).toBeLessThan(2_000);
  expect(livingOf(state)).toEqual([]);
});

test('a second Ctrl-C does not wait for anybody', async () => {
  const stubborn = ['first', 'second', 'third', 'fourth'].map((name) => ({ name, flags: ['--stubborn'] }));
  const { child, state, exited } = await startAndWait(stubborn);
  const askedAt = performance.now();
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGINT'), 50);
  await exited;
  // The patience that all of them would get together.
  expect(performance.now() - askedAt).toBeLessThan(stubborn.length * APP_STOP_GRACE_MS);
  expect(livingOf(state)).toEqual([]);
});

test('after kill -9 of the orchestrator nothing is left, not even an app that ignores everything or PostgreSQL', async () => {
  const { child, state, folder } = await startAndWait([...PLAIN, { name: 'fourth', flags: ['--stubborn'] }], {
    postgres: true,
  });
  child.kill('SIGKILL');
  await waitFor(() => livingOf(state).length === 0, { timeoutMs: 5_000 });
  await waitFor(() => !existsSync(join(folder, 'run.json')), { timeoutMs: 5_000 });
});

test('an app that ends by itself during the start ends the stack with its name and exit code 1', async () => {
  const { exited, output } = await start([
    { name: 'first', flags: [] },
    { name: 'second', flags: ['--crash'] },
  ]);
  expect(await exited).toEqual([1, null]);
  expect(output()).toContain('second    │ cannot read the settings');
  expect(output()).toContain('second ended with code 3.');
});

test('a second start in the same folder names the first and leaves it alone', async () => {
  const first = await startAndWait([{ name: 'first', flags: [] }]);
  const second = await start([{ name: 'first', flags: [] }], { folder: first.folder });
  expect(await second.exited).toEqual([1, null]);
  expect(second.output()).toContain(`already running (pid ${first.child.pid})`);
  expect(livingOf(first.state)).toEqual(['first']);
  expect(JSON.parse(readFileSync(join(first.folder, 'run.json'), 'utf8')).pid).toBe(first.child.pid);
});
