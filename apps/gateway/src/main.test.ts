import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMigratedDatabase, freePort, type TestDatabase, waitFor } from '@bmm/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
let runDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createMigratedDatabase();
  runDir = await mkdtemp(join(tmpdir(), 'bmm-gw-main-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database?.drop();
  await rm(runDir, { recursive: true, force: true });
});

async function startProcess(env: Record<string, string> = {}) {
  const port = await freePort();
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      GATEWAY_PORT: String(port),
      PUBLIC_GATEWAY_URL: `http://localhost:${port}`,
      SANDBOX_RUN_DIR: runDir,
      ...env,
    },
  });
  children.push(child);
  let log = '';
  child.stdout?.on('data', (chunk) => {
    log += String(chunk);
  });
  await waitFor(async () => (await fetch(`http://localhost:${port}/health`)).ok, { timeoutMs: 30_000 });
  return { child, port, log: () => log };
}

it('serves, logs one line a request without its query, and stops within 2 s of SIGTERM', {
  timeout: 60_000,
}, async () => {
  const { child, port, log } = await startProcess();
  await fetch(`http://localhost:${port}/s/nobody/mcp?access_token=hidden`, {
    headers: { authorization: 'Bearer hidden' },
  });
  await waitFor(() => log().includes('"slug":"nobody"'));
  const [line = ''] = log()
    .split('\n')
    .filter((text) => text.includes('"slug":"nobody"'));
  expect(JSON.parse(line)).toMatchObject({ route: 'mcp', method: 'GET', status: 404, code: 'not_found' });
  expect(log()).not.toContain('hidden');
  const stoppedAt = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(2_500);
  expect(await readdir(join(runDir, 's'))).toEqual([]);
});

it('ends with its parent when it is told to watch it', { timeout: 60_000 }, async () => {
  const { child } = await startProcess({ BMM_PARENT_WATCH: '1' });
  child.stdin?.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
