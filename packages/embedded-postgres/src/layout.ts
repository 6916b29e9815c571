import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { POSTGRES_MAJOR } from './constants.ts';
import { findNativeDir } from './native-dir.ts';
import { isReachableByAll, type RunAs } from './run-as.ts';

/** Where one embedded server keeps its parts. */
export interface Layout {
  nativeDir: string;
  homeDir: string;
  dataDir: string;
  passwordFile: string;
  logFile: string;
}

/** Makes the home folder; as `nobody`, moves home and programs to /var/tmp when that user cannot reach them. */
export function prepareLayout(requestedHomeDir: string, runAs: RunAs): Layout {
  const requested = resolve(requestedHomeDir);
  const installed = findNativeDir();
  if (runAs.kind !== 'nobody') {
    mkdirSync(requested, { recursive: true, mode: 0o700 });
    return toLayout(requested, installed);
  }
  if (isReachableByAll(dirname(requested)) && isReachableByAll(installed)) {
    mkdirSync(requested, { recursive: true });
    chmodSync(requested, 0o711);
    return toLayout(requested, installed);
  }
  const homeDir = join('/var/tmp', `bmm-postgres-${createHash('sha256').update(requested).digest('hex').slice(0, 12)}`);
  mkdirSync(homeDir, { recursive: true, mode: 0o711 });
  // The name is guessable and /var/tmp is open to all: a folder that somebody else put there is not used.
  const found = lstatSync(homeDir);
  if (!found.isDirectory() || found.uid !== 0) {
    throw new Error(`${homeDir} belongs to another user. Remove it, or set DATABASE_URL.`);
  }
  chmodSync(homeDir, 0o711);
  return toLayout(homeDir, copyNative(installed, homeDir));
}

function toLayout(homeDir: string, nativeDir: string): Layout {
  return {
    nativeDir,
    homeDir,
    dataDir: join(homeDir, 'data'),
    passwordFile: join(homeDir, 'password'),
    logFile: join(homeDir, 'postgres.log'),
  };
}

function copyNative(installed: string, homeDir: string): string {
  const copy = join(homeDir, `native-${POSTGRES_MAJOR}`);
  if (existsSync(copy)) return copy;
  const scratch = `${copy}.${process.pid}`;
  rmSync(scratch, { recursive: true, force: true });
  cpSync(installed, scratch, { recursive: true });
  renameSync(scratch, copy);
  return copy;
}
