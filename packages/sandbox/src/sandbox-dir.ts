import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const IN_SOCKET = 'in.sock';
export const EGRESS_SOCKET = 'egress.sock';

/** Makes a sandbox's directory, which only its user can enter; `uid` is undefined when that is ours. */
export function makeSandboxDir(dir: string, uid: number | undefined): void {
  mkdirSync(dir, { mode: 0o700 });
  if (uid !== undefined) chownSync(dir, uid, uid);
}

/**
 * Takes the directory from a sandbox with its own user once it listens: it can still reach the sockets but no longer put
 * a link to another socket of the host in their place. Throws when it has done so already.
 */
export function sealSandboxDir(dir: string, uid: number | undefined): void {
  if (uid !== undefined) {
    chownSync(dir, process.getuid?.() ?? 0, uid);
    chmodSync(dir, 0o710);
  }
  if (!lstatSync(join(dir, IN_SOCKET)).isSocket()) throw new Error('The sandbox replaced its socket.');
}
