import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { POSTGRES_MAJOR } from './constants.ts';

/**
 * npm tarballs carry no symbolic links and pnpm blocks the postinstall script that would make them, so `libpq.so.5`
 * and its like are linked in a folder of our own. Returns the value for the loader's search path.
 */
export function prepareLibraryPath(nativeDir: string, homeDir: string): string {
  const linkDir = join(homeDir, `lib-${POSTGRES_MAJOR}`);
  mkdirSync(linkDir, { recursive: true, mode: 0o755 });
  for (const { source, target } of readLinks(nativeDir)) {
    link(join(nativeDir, 'lib', basename(source)), join(linkDir, basename(target)));
  }
  // Both folders: a library opened through a link looks for its own dependencies beside the link.
  return [linkDir, join(nativeDir, 'lib')].join(delimiter);
}

function readLinks(nativeDir: string): { source: string; target: string }[] {
  const listFile = join(nativeDir, 'pg-symlinks.json');
  return existsSync(listFile) ? JSON.parse(readFileSync(listFile, 'utf8')) : [];
}

/** Leaves a right link alone: a running server may be loading through it. */
function link(source: string, target: string): void {
  try {
    if (readlinkSync(target) === source) return;
  } catch {
    // Absent or not a link: made below.
  }
  rmSync(target, { force: true });
  try {
    symlinkSync(source, target);
  } catch (error) {
    // Another start made the same link in between.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
