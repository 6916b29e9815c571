import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { NOBODY_ID } from './constants.ts';

/** PostgreSQL refuses to run as uid 0; this says how its programs are started instead. */
export interface RunAs {
  kind: 'self' | 'user-namespace' | 'nobody';
  /** Words before the program's own command line. */
  prefix: readonly string[];
  /** Uid and gid that own the cluster's files, seen from outside a namespace. */
  owner: { uid: number; gid: number } | undefined;
}

const UNSHARE = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const;

/** As root on Linux a user namespace (files stay root's), or the user nobody where namespaces are forbidden; else ourselves. */
export function chooseRunAs(forced?: RunAs['kind']): RunAs {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  const self: RunAs = {
    kind: 'self',
    prefix: [],
    owner: uid === undefined || gid === undefined ? undefined : { uid, gid },
  };
  if (uid !== 0) return self;
  if (process.platform !== 'linux') {
    throw new Error('PostgreSQL refuses to run as root. Start as another user, or set DATABASE_URL.');
  }
  const wanted = forced ?? (canUnshare() ? 'user-namespace' : 'nobody');
  if (wanted === 'user-namespace') return { ...self, kind: 'user-namespace', prefix: UNSHARE };
  return { kind: 'nobody', prefix: [], owner: { uid: NOBODY_ID, gid: NOBODY_ID } };
}

function canUnshare(): boolean {
  const [program, ...words] = UNSHARE;
  return spawnSync(program, [...words, 'true'], { stdio: 'ignore' }).status === 0;
}

/** True when every existing folder from `path` up to the root lets any user pass. */
export function isReachableByAll(path: string): boolean {
  for (let dir = resolve(path); ; dir = dirname(dir)) {
    if (existsSync(dir) && (statSync(dir).mode & 0o001) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}

/** Gives a whole tree to `owner`, when root runs and an earlier start used another identity. */
export function ensureOwner(path: string, owner: RunAs['owner']): void {
  if (!owner || process.getuid?.() !== 0 || lstatSync(path).uid === owner.uid) return;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chownSync(file, owner.uid, owner.gid);
  }
  chownSync(path, owner.uid, owner.gid);
}
