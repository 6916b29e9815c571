import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KILL_TIMEOUT_MS } from './constants.ts';
import { findProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

const POLL_MS = 2;

/** Sends SIGKILL to a whole process group; SIGTERM is not enough, a guest in a loop ignores it. */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Kills the children of a wrapper, which reads their end and exits; false when it has none. Killed together with its
 * wrapper, a child would stay as a zombie until the first process of the machine or container reads its end, which a
 * careless one never does, and zombies count against their user's limit of threads.
 */
export function killChildren(pid: number): boolean {
  const children = readChildren(pid);
  for (const child of children) {
    try {
      process.kill(child, 'SIGKILL');
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return children.length > 0;
}

function readChildren(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** Kills a process group and resolves when nothing of it runs; throws after 5 s, when the kernel cannot end it. */
export async function endGroup(pgid: number): Promise<void> {
  if (isGroupGone(pgid)) return;
  killGroup(pgid);
  // A killed group grows no more, so the members are listed once. They are watched one by one, because a dead member
  // stays in its group until its parent has read its end, and the first process of a container may never do that.
  const members = listGroup(pgid);
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  while (members.some(isRunning)) {
    if (Date.now() > deadline) throw new Error(`Process ${pgid} is still there ${KILL_TIMEOUT_MS} ms after SIGKILL.`);
    await sleep(POLL_MS);
  }
}

/** The running members of a process group; outside of Linux only its leader, where a sandbox is one process. */
export function listGroup(pgid: number): ProcessIdentity[] {
  if (isGroupGone(pgid)) return [];
  const pids = process.platform === 'linux' ? linuxGroup(pgid) : [pgid];
  return pids.flatMap((pid) => findProcess(pid) ?? []);
}

function linuxGroup(pgid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // After the name, which may hold brackets: state, parent, group.
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) === pgid;
    } catch {
      return false;
    }
  });
}

function isGroupGone(pgid: number): boolean {
  try {
    process.kill(-pgid, 0);
    return false;
  } catch (error) {
    return isMissing(error);
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ESRCH';
