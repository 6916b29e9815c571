import { readFileSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findServedDataDir } from './connection.ts';
import { findProgramName, isProcessAlive } from './process-alive.ts';

export interface RunningPostmaster {
  pid: number;
  port: number;
}

/** What `postmaster.pid` says: line 1 the process, line 4 the port. The file outlives a killed server. */
export function readPostmasterFile(dataDir: string): RunningPostmaster | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/** A server left by a killed parent: it must be alive, take our password and serve exactly this folder. */
export async function findOrphan(dataDir: string, password: string): Promise<RunningPostmaster | undefined> {
  const claimed = readPostmasterFile(dataDir);
  if (!claimed || !isProcessAlive(claimed.pid)) return undefined;
  const served = await findServedDataDir({ port: claimed.port, password });
  return served !== undefined && resolve(served) === realpathSync(dataDir) ? claimed : undefined;
}

/**
 * PostgreSQL takes any live process with the recorded number for its predecessor and refuses to start for ever; after a
 * restart of the machine or container that number is often somebody else's.
 */
export function removeStalePostmasterFile(dataDir: string): void {
  const claimed = readPostmasterFile(dataDir);
  if (!claimed || !isProcessAlive(claimed.pid)) return;
  const program = findProgramName(claimed.pid);
  if (program !== undefined && program !== 'postgres') rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}
