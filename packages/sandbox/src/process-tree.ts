// For tests on Linux: what the kernel says about a sandbox's processes.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { listGroup } from './kill-group.ts';

/** Pids of the process, of its descendants and of its process group. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = /^PPid:\s+(\d+)/m.exec(readProcFile(Number(name), 'status'))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const tree = new Set([pid, ...listGroup(pid).map((member) => member.pid)]);
  let sizeBefore = 0;
  while (tree.size > sizeBefore) {
    sizeBefore = tree.size;
    for (const [child, parent] of parents) if (tree.has(parent)) tree.add(child);
  }
  return [...tree];
}

/** The process of the tree that executes the runtime itself. */
export function findRuntime(pid: number): number {
  const runtime = processTree(pid).find((member) => readProcFile(member, 'comm').trim() === 'workerd');
  if (runtime === undefined) throw new Error(`No process of ${pid} executes workerd.`);
  return runtime;
}

/** A file of /proc/<pid>; empty when the process has gone. */
export function readProcFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** A field of /proc/<pid>/status, for example `CapEff`. */
export const statusOf = (pid: number, field: string): string =>
  new RegExp(`^${field}:(.*)$`, 'm').exec(readProcFile(pid, 'status'))?.[1]?.trim() ?? 'missing';

export const openFilesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));

/** Every path below a directory as the process sees it; links are not followed. */
export function listFilesOf(pid: number, dir = '/'): string[] {
  return readdirSync(`/proc/${pid}/root${dir}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${dir === '/' ? '' : dir}/${entry.name}`;
    return entry.isDirectory() ? listFilesOf(pid, path) : [path];
  });
}
