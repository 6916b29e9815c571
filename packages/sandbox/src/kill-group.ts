import { setTimeout as sleep } from 'node:timers/promises';
import { KILL_TIMEOUT_MS } from './constants.ts';

const POLL_MS = 2;

/** Sends SIGKILL to a whole process group; SIGTERM is not enough, a guest in a loop ignores it. */
export function killGroup(pgid: number): void {
  try {
    process.kill(-pgid, 'SIGKILL');
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Resolves when `isGone` says so; throws after 5 s, when the kernel cannot end the process. */
export async function untilGone(pid: number, isGone: () => boolean): Promise<void> {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  while (!isGone()) {
    if (Date.now() > deadline) throw new Error(`Process ${pid} is still there ${KILL_TIMEOUT_MS} ms after SIGKILL.`);
    await sleep(POLL_MS);
  }
}

export function isGroupGone(pgid: number): boolean {
  try {
    process.kill(-pgid, 0);
    return false;
  } catch (error) {
    return isMissing(error);
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ESRCH';
