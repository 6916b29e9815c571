import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOME_DIR } from './constants.ts';
import { identifyProcess } from './process-identity.ts';
import { stopProcesses } from './stop-processes.ts';

/** Ends an embedded PostgreSQL that no run file names; resolves with its pid, or undefined when there is none. */
export async function stopOrphanedPostgres(root: string): Promise<number | undefined> {
  const pidFile = join(root, HOME_DIR, 'postgres', 'data', 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const identity = pid > 0 ? identifyProcess(pid) : undefined;
  // The file outlives a killed server, and its number may name a stranger by now.
  if (!identity || !isPostgres(pid)) return undefined;
  const stopped = await stopProcesses([{ ...identity, name: 'postgres', kind: 'postgres' }]);
  return stopped.length > 0 ? pid : undefined;
}

function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  } catch {
    return false;
  }
}
