import { mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileRuntimeSuite, itIf } from './hostile-runtime-suite.ts';
import { listGroup } from './kill-group.ts';
import { leaveOrphan } from './leave-orphan.ts';
import { type FoundTier, findTier } from './probe-tier.ts';
import { findProcess } from './process-identity.ts';
import { findRuntime, listFilesOf, openFilesOf, processTree, readProcFile, statusOf } from './process-tree.ts';
import type { Sandbox } from './sandbox.ts';
import { sandboxContract } from './sandbox-contract.ts';
import { type SandboxTier, SandboxTierError } from './sandbox-tier.ts';
import { callTool, TEST_BUNDLE } from './test-bundle.ts';
import { createWorkerdDriver, type WorkerdDriver } from './workerd-driver.ts';

/** The contract and the walls of one tier; says why when the machine does not offer it, which is a failure in CI. */
export function tierSuite(tier: SandboxTier): void {
  const runDir = mkdtempSync(join(tmpdir(), 'bmm-tier-'));
  const found = findOrSkip(tier, runDir);
  if (!found) {
    rmSync(runDir, { recursive: true });
    return;
  }
  afterAll(() => rmSync(runDir, { recursive: true, force: true }));
  sandboxContract(`workerd in tier ${tier}`, () => createWorkerdDriver({ runDir, tier }));
  if (process.platform !== 'linux') return;
  wallsSuite(tier, runDir);
  hostileRuntimeSuite(tier, runDir, found);
}

function findOrSkip(tier: SandboxTier, runDir: string): FoundTier | undefined {
  try {
    // As a driver does it: sandboxes with users of their own pass through.
    createWorkerdDriver({ runDir, tier });
    return findTier({ runDir, tier, minTier: 'plain' });
  } catch (error) {
    if (!(error instanceof SandboxTierError)) throw error;
    const { message } = error;
    if (process.env.CI) {
      it(`offers tier ${tier}`, () => expect.fail(`${message} CI may not skip a tier.`));
      return undefined;
    }
    console.warn(`Tier ${tier} is not tested: ${message}`);
    describe.skip(`tier ${tier}: ${message}`, () => it('is offered by this machine', () => {}));
    return undefined;
  }
}

function wallsSuite(tier: SandboxTier, runDir: string): void {
  describe(`the walls of tier ${tier}, as the kernel sees them`, () => {
    let driver: WorkerdDriver;
    let sandbox: Sandbox;
    let runtimePid: number;

    beforeAll(async () => {
      // A child that is started without an environment of its own would get this.
      process.env.BMM_PLANTED = 'planted';
      writeFileSync(join(runDir, 'marker'), '');
      openSync(join(runDir, 'marker'), 'r');
      driver = createWorkerdDriver({ runDir, tier });
      sandbox = await driver.start({ serverId: 'walls', bundle: TEST_BUNDLE });
      runtimePid = findRuntime(sandbox.pid);
    });
    afterAll(async () => {
      delete process.env.BMM_PLANTED;
      await driver.close();
    });

    it('gives no process of the chain a variable or a descriptor of the parent', () => {
      for (const pid of processTree(sandbox.pid)) {
        expect(['', 'PWD=/']).toContain(readProcFile(pid, 'environ').replaceAll('\0', ''));
        const files = openFilesOf(pid).filter((link) => link.startsWith('/') && link !== '/');
        const isOurs = (link: string) => !link.startsWith('/dev/') && !link.startsWith(`${runDir}/configs/`);
        expect(files.filter(isOurs)).toEqual([]);
      }
    });

    it('takes every capability and the way to new ones', () => {
      for (const pid of processTree(sandbox.pid)) {
        if (process.getuid?.() === 0 && !driver.hasOwnUid && tier === 'plain') continue;
        for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) expect(statusOf(pid, set)).toMatch(/^0+$/);
        expect(statusOf(pid, 'NoNewPrivs')).toBe('1');
      }
    });

    it('gives each sandbox a user and a group of its own when the platform is root', async () => {
      if (process.getuid?.() !== 0) {
        console.warn('The platform does not run as root here, so sandboxes share its user.');
        expect(driver.hasOwnUid).toBe(false);
        return;
      }
      expect(driver.tierShortfalls).toEqual([]);
      expect(driver.hasOwnUid).toBe(true);
      await using other = await driver.start({ serverId: 'another', bundle: TEST_BUNDLE });
      const users = [sandbox, other].map(({ pid }) => processTree(pid).map((member) => statusOf(member, 'Uid')));
      for (const [index, { id }] of [sandbox, other].entries()) {
        const { uid, gid, mode } = statSync(join(runDir, 's', id));
        expect({ uid, mode: mode & 0o777 }).toEqual({ uid: 0, mode: 0o710 });
        expect(gid).toBeGreaterThanOrEqual(30_000);
        expect(new Set(users[index])).toEqual(new Set([Array.from({ length: 4 }, () => gid).join('\t')]));
      }
      expect(users[0]).not.toEqual(users[1]);
      expect(statusOf(runtimePid, 'Groups')).toBe('');
    });

    it('limits files, memory, core dumps and threads', () => {
      const limits = readProcFile(runtimePid, 'limits');
      expect(limits).toMatch(/Max core file size +0 +0/);
      expect(limits).toMatch(/Max file size +0 +0/);
      expect(limits).toMatch(/Max open files +256 +256/);
      expect(limits).toMatch(new RegExp(`Max data size +${192 * 1024 * 1024} `));
      if (driver.hasOwnUid) expect(limits).toMatch(/Max processes +64 +64/);
    });

    itIf(tier !== 'plain')('leaves it no network device but loopback and no route', () => {
      const devices = readProcFile(runtimePid, 'net/dev').split('\n').slice(2).filter(Boolean);
      expect(devices.map((line) => line.split(':')[0]?.trim())).toEqual(['lo']);
      expect(readProcFile(runtimePid, 'net/route').trim().split('\n')).toHaveLength(1);
    });

    itIf(tier === 'bwrap')('filters system calls and shows no file but the runtime’s own', async () => {
      expect(statusOf(runtimePid, 'Seccomp')).toBe('2');
      const files = listFilesOf(runtimePid);
      const { plan } = findTier({ runDir, tier, minTier: tier });
      const libraries = plan.libraries.map(({ path }) => path);
      expect(libraries.length).toBeGreaterThan(2);
      expect(files.sort()).toEqual([...libraries, '/dev/urandom', '/s/in.sock', '/workerd'].sort());
      for (const path of ['/file', '/dev/file', '/workerd']) {
        expect(() => writeFileSync(`/proc/${runtimePid}/root${path}`, 'x')).toThrow(/EROFS|EACCES|ETXTBSY/);
      }
    });

    it('is gone as a whole when only its outermost process is killed', async () => {
      const victim = await driver.start({ serverId: 'victim', bundle: TEST_BUNDLE });
      const tree = processTree(victim.pid);
      expect(tree.length).toBe(tier === 'bwrap' ? 3 : 1);
      process.kill(victim.pid, 'SIGKILL');
      expect(await victim.exited).toMatchObject({ reason: 'crashed' });
      expect(tree.filter((pid) => findProcess(pid))).toEqual([]);
      expect(await callTool(sandbox, 'echo')).toMatchObject({ ok: true });
    });

    itIf(tier === 'bwrap')('leaves no zombie behind when it is stopped', async () => {
      const stopped = await driver.start({ serverId: 'stopped', bundle: TEST_BUNDLE });
      const tree = processTree(stopped.pid);
      expect(tree).toHaveLength(3);
      await stopped.stop();
      expect(tree.map((pid) => readProcFile(pid, 'stat'))).toEqual(['', '', '']);
    });

    itIf(tier === 'bwrap')('dies with a platform that crashes', async () => {
      const orphanPid = await leaveOrphan(runDir, tier);
      await expect.poll(() => listGroup(orphanPid), { timeout: 5_000 }).toEqual([]);
      expect(await driver.reapOrphans()).toBe(0);
    });
  });
}
