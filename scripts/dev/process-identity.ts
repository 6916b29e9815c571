import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A number alone is not enough: the system gives it to a stranger once the process is gone. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; equal only for the same process of the same boot. */
  startedAt: string;
}

/** Undefined when the process is gone; a zombie counts as gone. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return identifyByPs(pid);
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' ? { pid, startedAt: `${readBootId()}:${stat.startTicks}` } : undefined;
}

export function isSameProcessAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * True while any process of the group that `leader` opened lives. The kernel does not reuse a number that still names a
 * group, so a group without its leader is ours; one with another leader is not.
 */
export function isGroupAlive(leader: ProcessIdentity): boolean {
  const current = identifyProcess(leader.pid);
  if (current) return current.startedAt === leader.startedAt;
  if (process.platform === 'linux') return listGroup(leader.pid).length > 0;
  try {
    process.kill(-leader.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Linux only: the living processes of a group. */
export function listGroup(groupId: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readStat(pid);
      return stat !== undefined && stat.groupId === groupId && stat.state !== 'Z';
    });
}

function readStat(pid: number): { state: string; groupId: number; startTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', groupId: Number(fields[2]), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

let bootId: string | undefined;
function readBootId(): string {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return bootId;
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const { stdout, status } = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = status === 0 ? stdout.trim() : '';
  return text === '' || text.startsWith('Z') ? undefined : { pid, startedAt: text.slice(text.indexOf(' ')).trim() };
}
