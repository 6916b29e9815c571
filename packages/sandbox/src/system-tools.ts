import { execFileSync } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Fixed folders: a PATH from outside could name another program. */
const TOOL_DIRS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/** What the tiers are made of; each is undefined when the machine does not have it. */
export interface SystemTools {
  readonly bwrap: string | undefined;
  /** setpriv, prlimit and unshare belong to util-linux. */
  readonly setpriv: string | undefined;
  readonly prlimit: string | undefined;
  readonly unshare: string | undefined;
}

/** Absolute path of a program of the system; undefined when it is not installed. */
export function findTool(name: string): string | undefined {
  return TOOL_DIRS.map((dir) => join(dir, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const findSystemTools = (): SystemTools => ({
  bwrap: findTool('bwrap'),
  setpriv: findTool('setpriv'),
  prlimit: findTool('prlimit'),
  unshare: findTool('unshare'),
});

export interface SharedLibrary {
  /** Where the loader looks for it. */
  readonly path: string;
  /** Where it is once links are followed. */
  readonly realPath: string;
}

/** The libraries that the loader maps for a program; empty when `ldd` is missing or the program is static. */
export function listLibraries(binaryPath: string): SharedLibrary[] {
  const ldd = findTool('ldd');
  if (ldd === undefined) return [];
  const output = execFileSync(ldd, [binaryPath], { env: {}, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const paths = [...output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? []);
  return paths.map((path) => ({ path, realPath: realpathSync(path) }));
}
