import { setTimeout as sleep } from 'node:timers/promises';
import { APP_STOP_GRACE_MS, KILLED_TIMEOUT_MS, POSTGRES_STOP_TIMEOUT_MS, STOP_POLL_MS } from './constants.ts';
import { isGroupAlive, isSameProcessAlive, type ProcessIdentity } from './process-identity.ts';
import type { RunningProcess } from './run-file.ts';

/** Ends them one after the other, the last started first, so that nobody loses what it depends on. */
export async function stopProcesses(processes: readonly RunningProcess[]): Promise<RunningProcess[]> {
  const stopped: RunningProcess[] = [];
  for (const entry of processes.toReversed()) {
    const wasAlive = entry.kind === 'group' ? await stopGroup(entry) : await stopPostgres(entry);
    if (wasAlive) stopped.push(entry);
  }
  return stopped;
}

/** Asks the group's leader, then kills the whole group. False when nothing was left to end. */
export async function stopGroup(leader: ProcessIdentity, graceMs: number = APP_STOP_GRACE_MS): Promise<boolean> {
  if (!isGroupAlive(leader)) return false;
  // Only the leader: watchers and next forward the signal, and an app that hears it twice would stop hard.
  if (!send(leader.pid, 'SIGTERM')) send(-leader.pid, 'SIGTERM');
  if (!(await isGoneWithin(() => isGroupAlive(leader), graceMs))) killGroup(leader);
  await isGoneWithin(() => isGroupAlive(leader), KILLED_TIMEOUT_MS);
  return true;
}

export function killGroup(leader: ProcessIdentity): void {
  if (isGroupAlive(leader)) send(-leader.pid, 'SIGKILL');
}

/** SIGINT is PostgreSQL's fast shutdown; SIGQUIT its immediate one, after which it recovers from its log. */
async function stopPostgres(server: ProcessIdentity): Promise<boolean> {
  if (!isSameProcessAlive(server)) return false;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    send(server.pid, signal);
    if (await isGoneWithin(() => isSameProcessAlive(server), POSTGRES_STOP_TIMEOUT_MS)) break;
  }
  return true;
}

async function isGoneWithin(isAlive: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive()) {
    if (Date.now() >= deadline) return false;
    await sleep(STOP_POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
