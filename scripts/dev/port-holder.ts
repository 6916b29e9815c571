import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortHolder {
  pid: number;
  program: string;
}

/** Who listens on a TCP port; undefined when the system does not tell (another user's process, another system). */
export function findPortHolder(port: number): PortHolder | undefined {
  return process.platform === 'linux' ? findInProc(port) : findByLsof(port);
}

const LISTENING = '0A';

/** Inodes of the sockets that listen on the port, from the text of /proc/net/tcp or tcp6. */
export function parseListeners(table: string, port: number): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTENING && Number.parseInt(local?.split(':')[1] ?? '', 16) === port)
    .flatMap((columns) => columns[9] ?? []);
}

/** The first process and program in the output of `lsof -F pc`. */
export function parseLsof(output: string): PortHolder | undefined {
  const pid = Number(/^p(\d+)$/m.exec(output)?.[1]);
  const program = /^c(.+)$/m.exec(output)?.[1];
  return pid > 0 && program !== undefined ? { pid, program } : undefined;
}

function findInProc(port: number): PortHolder | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => parseListeners(read(file), port));
  const targets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  if (targets.size === 0) return undefined;
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && listOpenFiles(name).some((target) => targets.has(target))) {
      return { pid: Number(name), program: readProgramName(name) || 'a process' };
    }
  }
  return undefined;
}

/** The kernel cuts names to 15 characters, which leaves "next-server (v1" of a title with a version. */
function readProgramName(pid: string): string {
  return read(`/proc/${pid}/comm`)
    .trim()
    .replace(/ \([^)]*$/, '');
}

function listOpenFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function findByLsof(port: number): PortHolder | undefined {
  const { stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pc'], { encoding: 'utf8' });
  return parseLsof(stdout ?? '');
}
