import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toLaunchCommand } from './launch-command.ts';
import { findTier, type TierRequest } from './probe-tier.ts';
import { findHiddenFolder, findReachableBinary } from './reachable-paths.ts';
import { sealSandboxDir } from './sandbox-dir.ts';
import { describeTier, SANDBOX_TIERS, SandboxTierError } from './sandbox-tier.ts';
import { findSystemTools } from './system-tools.ts';
import { TEST_BUNDLE } from './test-bundle.ts';
import { workerdPath } from './workerd-binary.ts';
import { createWorkerdDriver } from './workerd-driver.ts';

const isRoot = process.getuid?.() === 0;
const noTools = { bwrap: undefined, setpriv: undefined, prlimit: undefined, unshare: undefined };
let runDir: string;

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'bmm-probe-'));
  chmodSync(runDir, 0o711);
});
afterEach(() => rmSync(runDir, { recursive: true, force: true }));

const find = (request: Partial<TierRequest> = {}) => findTier({ runDir, tier: 'auto', minTier: 'plain', ...request });
const refusalOf = (request: Partial<TierRequest>): string => {
  try {
    return `found ${find(request).plan.tier}`;
  } catch (error) {
    expect(error).toBeInstanceOf(SandboxTierError);
    return error instanceof Error ? error.message : '';
  }
};

describe('finding the tier', () => {
  it('takes the strongest that works and says what the stronger ones lack', () => {
    const { plan, shortfalls } = find({ tools: { ...findSystemTools(), bwrap: undefined, unshare: undefined } });
    expect(plan.tier).toBe('plain');
    expect(shortfalls.slice(-2)).toEqual([
      expect.stringMatching(/^Tier "bwrap" does not work: .*apt-get install bubblewrap|needs Linux/),
      expect.stringMatching(/^Tier "unshare" does not work: .*apt-get install util-linux|needs Linux/),
    ]);
  });

  it('falls back to plain with a shell’s limits where the machine has no tool at all', () => {
    const { plan, uidRange } = find({ tools: noTools });
    expect([plan.tier, uidRange]).toEqual(['plain', undefined]);
    if (process.platform !== 'linux') return;
    const target = { dir: runDir, uid: undefined, memoryMib: 192 };
    const script = 'ulimit -c; ulimit -f; ulimit -n; ulimit -d; exec /usr/bin/env';
    const [program = '', ...words] = toLaunchCommand(plan, target, () => ['/bin/sh', '-c', script]);
    const { stdout } = spawnSync(program, words, { env: { PLANTED: 'x' }, encoding: 'utf8' });
    expect(stdout).toMatch(/^0\n0\n256\n196608\n/);
    expect(stdout).not.toContain('PLANTED');
  });

  it('refuses to go below the tier that was asked for, in a sentence that helps', () => {
    const tools = noTools;
    const bwrap = refusalOf({ tools, minTier: 'bwrap' });
    expect(bwrap).toMatch(/^This machine does not offer a sandbox of tier "bwrap" or stronger\. .*apt-get install/);
    expect(refusalOf({ tools, minTier: 'unshare' })).toMatch(/tier "unshare" or stronger/);
    expect(refusalOf({ tools, tier: 'unshare' })).toMatch(/^This machine does not offer the sandbox tier "unshare"\./);
    expect(refusalOf({ tier: 'plain', minTier: 'bwrap' })).toMatch(/tier "bwrap" or stronger/);
  });

  it.runIf(process.platform === 'linux')('does not believe that a tool works because it is there', () => {
    const broken = join(runDir, 'bwrap');
    writeFileSync(broken, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const refusal = refusalOf({ tools: { ...findSystemTools(), bwrap: broken }, tier: 'bwrap' });
    expect(refusal).toContain('Tier "bwrap" does not work: bwrap: No permissions to create new namespace.');
    expect(refusal).toContain('kernel.apparmor_restrict_unprivileged_userns=0');
  });

  it('leaves nothing in the run directory that a sandbox could find', () => {
    find();
    expect(readdirSync(join(runDir, 's'))).toEqual([]);
  });

  it.runIf(isRoot)('gives up users of their own, and says so, where they could not reach their directory', () => {
    chmodSync(runDir, 0o700);
    const inner = join(runDir, 'inner');
    mkdirSync(inner);
    const { uidRange, shortfalls } = find({ runDir: inner, tier: 'plain' });
    expect(uidRange).toBeUndefined();
    expect(shortfalls[0]).toBe(
      `Sandboxes get no user of their own: other users cannot reach the run directory, because ${runDir} is closed to ` +
        'them; move it or open it.',
    );
  });
});

describe('the parts of a tier', () => {
  it('puts the runtime within reach when it is installed behind a closed folder', () => {
    const closed = join(runDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const binary = join(closed, 'workerd');
    writeFileSync(binary, '#!/bin/sh\n', { mode: 0o755 });
    expect(findHiddenFolder(binary)).toBe(closed);
    const reachable = findReachableBinary(binary, runDir);
    expect(reachable).toMatch(/\/bin\/workerd-1\./);
    expect(findHiddenFolder(reachable)).toBeUndefined();
    expect(statSync(reachable).ino).toBe(statSync(binary).ino);
    expect(findReachableBinary(binary, runDir)).toBe(reachable);
    expect(findReachableBinary(workerdPath(), runDir)).toMatch(/workerd/);
  });

  it('notices a sandbox that put a link in place of its socket', () => {
    symlinkSync('/run/other.sock', join(runDir, 'in.sock'));
    expect(() => sealSandboxDir(runDir, undefined)).toThrow('The sandbox replaced its socket.');
  });

  it('describes each tier in its own words, with and without users of their own', () => {
    const words = SANDBOX_TIERS.flatMap((tier) => [true, false].map((hasOwnUid) => describeTier(tier, { hasOwnUid })));
    expect(new Set(words).size).toBe(6);
    expect(words[0]).toContain('This is for development');
    for (const text of words) expect(text).toMatch(/^[A-Z].*\.$/);
  });

  it('says on the driver which tier runs', async () => {
    await using driver = createWorkerdDriver({ runDir, tier: 'plain' });
    expect(driver.tier).toBe('plain');
    const sandbox = await driver.start({ serverId: 'a', bundle: TEST_BUNDLE });
    expect(sandbox.pid).toBeGreaterThan(1);
  });
});
