import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { prepareLibraryPath } from './library-dir.ts';
import type { RunAs } from './run-as.ts';

/** Builds command lines for PostgreSQL's programs, with the identity and the environment they need. */
export interface Programs {
  commandFor(name: 'initdb' | 'postgres' | 'pg_ctl', args: readonly string[]): { file: string; args: string[] };
  spawnOptions: { cwd: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number };
}

export function preparePrograms(layout: Layout, runAs: RunAs): Programs {
  return {
    commandFor(name, args) {
      const file = join(layout.nativeDir, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
      ensureExecutable(file);
      const [first, ...rest] = [...runAs.prefix, file];
      return { file: first ?? file, args: [...rest, ...args] };
    },
    spawnOptions: {
      cwd: layout.homeDir,
      ...environment(layout),
      ...(runAs.kind === 'nobody' ? runAs.owner : {}),
    },
  };
}

/** The server needs none of our variables and must not carry our secrets; Windows programs do not start without theirs. */
function environment(layout: Layout): { env?: NodeJS.ProcessEnv } {
  if (process.platform === 'win32') return {};
  const libraryPath = prepareLibraryPath(layout.nativeDir, layout.homeDir);
  const loader = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', [loader]: libraryPath } };
}

/** Some package managers drop the executable bit; where we may not set it, it is set already or the start says so. */
function ensureExecutable(file: string): void {
  if (process.platform === 'win32') return;
  try {
    chmodSync(file, 0o755);
  } catch {
    // Not ours to change.
  }
}
