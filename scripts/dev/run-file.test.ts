import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identifyProcess, isGroupAlive, isSameProcessAlive } from './process-identity.ts';
import { claimRunFile, findRunningStack, recordProcesses } from './run-file.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bmm-run-'));
  file = join(folder, 'run.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const postgres = { name: 'postgres', kind: 'postgres' as const, pid: 4711, startedAt: 'then' };

test('the first claim gets the folder, the second learns who has it', () => {
  expect(claimRunFile(file, 'http://localhost:3000')).toEqual({ ok: true, leftBehind: [] });
  const second = claimRunFile(file, 'http://localhost:3000');
  expect(second).toMatchObject({ ok: false, running: { pid: process.pid, dashboardUrl: 'http://localhost:3000' } });
});

test('a file whose process is gone is taken over together with what it left behind', () => {
  const state = { pid: process.pid, startedAt: 'another boot', dashboardUrl: '', processes: [postgres] };
  writeFileSync(file, JSON.stringify(state));
  expect(findRunningStack(file)).toBeUndefined();
  expect(claimRunFile(file, '')).toEqual({ ok: true, leftBehind: [postgres] });
  // Kept until the new run has dealt with it: it may be killed as well.
  expect(findRunningStack(file)?.processes).toEqual([postgres]);
  recordProcesses(file, []);
  expect(findRunningStack(file)?.processes).toEqual([]);
});

test('a broken file does not block the start', () => {
  writeFileSync(file, '{"pid": ');
  expect(claimRunFile(file, '')).toEqual({ ok: true, leftBehind: [] });
  expect(existsSync(file)).toBe(true);
});

test('a number that went to another process is not the same process', async () => {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const identity = identifyProcess(child.pid ?? 0);
  if (!identity) throw new Error('sleep did not start');
  expect(isSameProcessAlive(identity)).toBe(true);
  expect(isSameProcessAlive({ ...identity, startedAt: 'earlier' })).toBe(false);
  expect(isGroupAlive({ ...identity, startedAt: 'earlier' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isSameProcessAlive(identity)).toBe(false);
  expect(isGroupAlive(identity)).toBe(false);
});
