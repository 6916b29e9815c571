import { OPEN_FILES_MAX, THREADS_MAX } from './constants.ts';
import type { SandboxTier } from './sandbox-tier.ts';
import type { SharedLibrary, SystemTools } from './system-tools.ts';

/** How every sandbox of one driver is started; found by probing. */
export interface LaunchPlan {
  readonly tier: SandboxTier;
  readonly tools: SystemTools;
  readonly binaryPath: string;
  readonly libraries: readonly SharedLibrary[];
  /** The system-call filter for tier bwrap; undefined for an architecture without one. */
  readonly seccompPath: string | undefined;
}

export interface LaunchTarget {
  /** The sandbox's own directory, with its two sockets. */
  readonly dir: string;
  /** User and group to become; undefined keeps ours. */
  readonly uid: number | undefined;
  readonly memoryMib: number;
}

/** Paths as the runtime sees them. */
export interface InnerPaths {
  readonly binary: string;
  readonly dir: string;
}

/** Descriptors that the command expects beside the standard ones. */
export const CONTROL_FD = 3;
export const SECCOMP_FD = 4;

/**
 * The words of the command that starts a runtime. Every program in it is executed in place of the one before, named by
 * its absolute path, so that nothing in the chain needs an environment: bwrap's own processes show theirs to the guest.
 */
export function toLaunchCommand(
  plan: LaunchPlan,
  target: LaunchTarget,
  toRuntime: (paths: InnerPaths) => readonly string[],
): string[] {
  const isInside = plan.tier === 'bwrap';
  const runtime = toRuntime({
    binary: isInside ? '/workerd' : plan.binaryPath,
    dir: isInside ? '/s' : target.dir,
  });
  return [...toIdentity(plan.tools, target.uid), ...toLimits(plan.tools, target), ...toWalls(plan, target), ...runtime];
}

/** Becomes the sandbox's user before anything else runs: bwrap started by root would stay root for the host. */
function toIdentity({ setpriv }: SystemTools, uid: number | undefined): string[] {
  if (setpriv === undefined) return [];
  if (uid === undefined) return [setpriv, '--no-new-privs', '--'];
  const number = String(uid);
  const become = ['--reuid', number, '--regid', number, '--clear-groups'];
  return [setpriv, ...become, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'];
}

// RLIMIT_DATA is not enforced on macOS, where its ulimit may fail; there only the V8 heap limit holds.
const SHELL_LIMITS =
  process.platform === 'darwin'
    ? `ulimit -c 0 -n ${OPEN_FILES_MAX}`
    : `ulimit -c 0 && ulimit -f 0 && ulimit -n ${OPEN_FILES_MAX} && ulimit -d "$1"`;
// `env -i` because shells export variables of their own (PWD, SHLVL).
const SHELL_LAUNCH = `${SHELL_LIMITS} && shift && exec /usr/bin/env -i "$@"`;

/** No core dumps and no bytes in files (sockets and pipes do not count): the runtime writes none. */
function toLimits({ prlimit }: SystemTools, { memoryMib, uid }: LaunchTarget): string[] {
  if (prlimit === undefined) return ['/bin/sh', '-c', SHELL_LAUNCH, 'sandbox', String(memoryMib * 1024)];
  const limits = ['--core=0', '--fsize=0', `--nofile=${OPEN_FILES_MAX}`, `--data=${memoryMib * 1024 * 1024}`];
  // The kernel counts threads by user: with a shared one the limit would count the platform's own.
  return [prlimit, ...limits, ...(uid === undefined ? [] : [`--nproc=${THREADS_MAX}`]), '--'];
}

function toWalls(plan: LaunchPlan, target: LaunchTarget): string[] {
  switch (plan.tier) {
    case 'plain':
      return [];
    case 'unshare':
      return toNamespaces(plan.tools);
    case 'bwrap':
      return toBubblewrap(plan, target.dir);
  }
}

/** Root of a user namespace has all capabilities in it: the second setpriv takes them before the runtime begins. */
const toNamespaces = ({ unshare = 'unshare', setpriv = 'setpriv' }: SystemTools): string[] => [
  unshare,
  ...['--map-root-user', '--net', '--ipc', '--uts', '--'],
  setpriv,
  ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
];

/**
 * A root of nothing but the runtime, its libraries, a source of random numbers and the sandbox's own directory. No /proc
 * and no /dev: the runtime does without. No new session: the sandbox has no terminal, and in the process group of the
 * outermost process one kill takes everything.
 */
function toBubblewrap(plan: LaunchPlan, dir: string): string[] {
  const libraries = plan.libraries.flatMap(({ path, realPath }) => ['--ro-bind', realPath, path]);
  return [
    plan.tools.bwrap ?? 'bwrap',
    // --unshare-all alone would go on without a user namespace where there is none.
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--cap-drop', 'ALL', '--hostname', 'sandbox'],
    ...libraries,
    ...['--dev-bind', '/dev/urandom', '/dev/urandom'],
    ...['--ro-bind', plan.binaryPath, '/workerd', '--bind', dir, '/s'],
    // The root is a writable tmpfs otherwise, whose bytes no limit counts.
    ...['--chdir', '/', '--remount-ro', '/'],
    ...(plan.seccompPath === undefined ? [] : ['--seccomp', String(SECCOMP_FD)]),
    '--',
  ];
}
