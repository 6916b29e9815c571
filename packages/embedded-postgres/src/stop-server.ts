import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  FAST_SHUTDOWN_TIMEOUT_MS,
  IMMEDIATE_SHUTDOWN_TIMEOUT_MS,
  KILL_TIMEOUT_MS,
  POLL_INTERVAL_MS,
} from './constants.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { isProcessAlive } from './process-alive.ts';
import type { Programs } from './programs.ts';

const STEPS = [
  { signal: 'SIGINT', mode: 'fast', timeoutMs: FAST_SHUTDOWN_TIMEOUT_MS },
  { signal: 'SIGQUIT', mode: 'immediate', timeoutMs: IMMEDIATE_SHUTDOWN_TIMEOUT_MS },
  { signal: 'SIGKILL', mode: undefined, timeoutMs: KILL_TIMEOUT_MS },
] as const;

/** Fast shutdown, then immediate, then kill; resolves when the process is gone. */
export async function stopServer(pid: number, dataDir: string, programs: Programs): Promise<void> {
  for (const { signal, mode, timeoutMs } of STEPS) {
    // The number may have gone to a stranger since: only the process that the data folder names is signalled.
    if (!isProcessAlive(pid) || readPostmasterFile(dataDir)?.pid !== pid) break;
    if (process.platform === 'win32' && mode) {
      const { file, args } = programs.commandFor('pg_ctl', ['stop', '-D', dataDir, '-m', mode, '-W']);
      spawnSync(file, args, { ...programs.spawnOptions, stdio: 'ignore' });
    } else {
      sendSignal(pid, signal);
    }
    if (await isGoneWithin(pid, timeoutMs)) return;
  }
  await isGoneWithin(pid, KILL_TIMEOUT_MS);
}

async function isGoneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isProcessAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_INTERVAL_MS);
  }
  return true;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in between.
  }
}
