import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMORY_MIB_DEFAULT, PROBE_TIMEOUT_MS } from './constants.ts';
import { type LaunchPlan, type LaunchTarget, toLaunchCommand } from './launch-command.ts';
import { findHiddenFolder, findReachableBinary } from './reachable-paths.ts';
import { isTierAtLeast, SANDBOX_TIERS, type SandboxTier, SandboxTierError } from './sandbox-tier.ts';
import { findUidRange, type UidRange } from './sandbox-uids.ts';
import { buildSeccompFilter } from './seccomp-filter.ts';
import { findSystemTools, listLibraries, type SystemTools } from './system-tools.ts';
import { workerdPath } from './workerd-binary.ts';

export interface TierRequest {
  readonly runDir: string;
  /** `auto` takes the strongest that works; a named one that does not work throws. */
  readonly tier: SandboxTier | 'auto';
  readonly minTier: SandboxTier;
  /** What the machine has, unless given. */
  readonly tools?: SystemTools | undefined;
}

export interface FoundTier {
  readonly plan: LaunchPlan;
  /** User numbers for the sandboxes; undefined when they keep the platform's own user. */
  readonly uidRange: UidRange | undefined;
  /** Why each stronger tier was passed over, and why sandboxes have no user of their own where they could. */
  readonly shortfalls: readonly string[];
}

/**
 * Finds out what the machine really allows, by starting the runtime with the same words as later. Blocks for about
 * 50 ms a tier tried. Throws SandboxTierError when the tier asked for, or `minTier`, does not work here.
 */
export function findTier({ runDir, tier, minTier, tools = findSystemTools() }: TierRequest): FoundTier {
  const base = { runDir, tools };
  const own = findOwnUids(base);
  const shortfalls = own.reason === undefined ? [] : [own.reason];
  const wanted = tier === 'auto' ? [...SANDBOX_TIERS].reverse() : [tier];
  for (const candidate of wanted) {
    const found = findMissing(candidate, tools) ?? tryPlan(candidate, base, own.range);
    if (typeof found === 'string') {
      shortfalls.push(`Tier "${candidate}" does not work: ${found}`);
      continue;
    }
    if (!isTierAtLeast(candidate, minTier)) break;
    return { plan: found, uidRange: own.range, shortfalls };
  }
  const need = tier !== 'auto' && isTierAtLeast(tier, minTier) ? `the sandbox tier "${tier}"` : atLeast(minTier);
  throw new SandboxTierError([`This machine does not offer ${need}.`, ...shortfalls].join(' '));
}

const atLeast = (minTier: SandboxTier) => `a sandbox of tier "${minTier}" or stronger`;

type Base = Pick<LaunchPlan, 'tools'> & { readonly runDir: string };

/** Only root can give a sandbox another user; `reason` says why it cannot although it is root. */
function findOwnUids(base: Base): { range?: UidRange; reason?: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return {};
  const refuse = (reason: string) => ({ reason: `Sandboxes get no user of their own: ${reason}` });
  if (base.tools.setpriv === undefined)
    return refuse('setpriv is not installed; get it with "apt-get install util-linux".');
  const hidden = findHiddenFolder(base.runDir);
  if (hidden !== undefined) {
    return refuse(
      `other users cannot reach the run directory, because ${hidden} is closed to them; move it or open it.`,
    );
  }
  const range = findUidRange();
  if (!range) return refuse('the user namespace of this container maps too few users.');
  const found = tryPlan('plain', base, range);
  return typeof found === 'string' ? refuse(found) : { range };
}

/** The plan, when the runtime starts by it; otherwise why it does not. */
function tryPlan(tier: SandboxTier, base: Base, uidRange: UidRange | undefined): LaunchPlan | string {
  try {
    const plan = toPlan(tier, base, uidRange !== undefined);
    return probe(plan, base.runDir, uidRange?.first) ?? plan;
  } catch (error) {
    return error instanceof Error ? `${error.message}.` : String(error);
  }
}

function toPlan(tier: SandboxTier, { runDir, tools }: Base, hasOwnUid: boolean): LaunchPlan {
  const binaryPath = hasOwnUid ? findReachableBinary(workerdPath(), runDir) : workerdPath();
  const libraries = tier === 'bwrap' ? listLibraries(binaryPath) : [];
  return { tier, tools, binaryPath, libraries, seccompPath: tier === 'bwrap' ? writeSeccompFilter(runDir) : undefined };
}

function writeSeccompFilter(runDir: string): string | undefined {
  const { arch } = process;
  if (arch !== 'x64' && arch !== 'arm64') return undefined;
  const path = join(runDir, 'seccomp.bpf');
  // In one step: another driver of the same directory may be starting a sandbox right now.
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, buildSeccompFilter(arch), { mode: 0o600 });
  renameSync(partial, path);
  return path;
}

/** What the tier needs and the machine lacks; undefined when everything is there. */
function findMissing(tier: SandboxTier, tools: SystemTools): string | undefined {
  if (tier === 'plain') return undefined;
  if (process.platform !== 'linux') return 'it needs Linux.';
  if (tier === 'bwrap') {
    if (tools.bwrap === undefined) return 'bubblewrap is not installed; get it with "apt-get install bubblewrap".';
    return process.arch === 'x64' || process.arch === 'arm64'
      ? undefined
      : 'it has no system-call filter for this CPU.';
  }
  const isThere = tools.unshare !== undefined && tools.setpriv !== undefined;
  return isThere ? undefined : 'unshare or setpriv is not installed; get both with "apt-get install util-linux".';
}

// Not `workerd --version` alone: the user must also be able to make a socket in its directory.
const CHECK_DIR = 'test -w "$1" && exec "$2" --version';

/** Why the runtime does not start this way; undefined when it does. */
function probe(plan: LaunchPlan, runDir: string, uid: number | undefined): string | undefined {
  let dir: string | undefined;
  let seccompFd: number | undefined;
  try {
    mkdirSync(join(runDir, 's'), { recursive: true });
    dir = mkdtempSync(join(runDir, 's', 'probe-'));
    if (uid !== undefined) chownSync(dir, uid, uid);
    if (plan.seccompPath !== undefined) seccompFd = openSync(plan.seccompPath, 'r');
    return run(plan, { dir, uid, memoryMib: MEMORY_MIB_DEFAULT }, seccompFd);
  } finally {
    if (seccompFd !== undefined) closeSync(seccompFd);
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  }
}

function run(plan: LaunchPlan, target: LaunchTarget, seccompFd: number | undefined): string | undefined {
  const [program = '', ...words] = toLaunchCommand(plan, target, (paths) =>
    plan.tier === 'bwrap'
      ? [paths.binary, '--version']
      : ['/bin/sh', '-c', CHECK_DIR, 'probe', paths.dir, paths.binary],
  );
  const result = spawnSync(program, words, {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ignore', seccompFd ?? 'ignore'],
    timeout: PROBE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  });
  if (result.status === 0) return undefined;
  const [said] = result.stderr.trim().split('\n').slice(-1);
  const why = said || (result.error?.message ?? `it ended with ${result.signal ?? `exit code ${result.status}`}`);
  return `${why.slice(0, 300).replace(/\.$/, '')}.${plan.tier === 'plain' ? '' : USER_NAMESPACES_HINT}`;
}

const USER_NAMESPACES_HINT =
  ' It needs unprivileged user namespaces: the sysctls kernel.unprivileged_userns_clone=1 and ' +
  'kernel.apparmor_restrict_unprivileged_userns=0 where they exist, and in a container a seccomp profile that allows them.';
