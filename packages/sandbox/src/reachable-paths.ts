import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workerdVersion } from './workerd-binary.ts';

const OTHERS_MAY_PASS = 0o001;
const OTHERS_MAY_RUN = 0o005;

/** The first folder above a path that other users may not pass through; undefined when they reach the path. */
export function findHiddenFolder(path: string): string | undefined {
  const parent = dirname(path);
  if (parent === path) return undefined;
  return findHiddenFolder(parent) ?? ((statSync(parent).mode & OTHERS_MAY_PASS) === 0 ? parent : undefined);
}

/**
 * A path of the runtime that every user may execute: its own, or a second name (else a copy, 155 MiB) in the run
 * directory when it is installed in a folder that is closed to others, for example in root's home.
 */
export function findReachableBinary(binaryPath: string, runDir: string): string {
  const isOpen = (statSync(binaryPath).mode & OTHERS_MAY_RUN) === OTHERS_MAY_RUN;
  if (isOpen && findHiddenFolder(binaryPath) === undefined) return binaryPath;
  const dir = join(runDir, 'bin');
  const path = join(dir, `workerd-${workerdVersion()}`);
  if (statSync(path, { throwIfNoEntry: false })) return path;
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o711);
  const partial = `${path}.${process.pid}`;
  rmSync(partial, { force: true });
  try {
    if (!isOpen) throw new Error('A second name would have the same mode.');
    linkSync(binaryPath, partial);
  } catch {
    copyFileSync(binaryPath, partial, constants.COPYFILE_FICLONE);
    chmodSync(partial, 0o755);
  }
  // In one step, so that no other process executes half a copy.
  renameSync(partial, path);
  return path;
}
