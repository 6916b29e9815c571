import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Bench, type BenchRow, toRow } from '../row.ts';

const APPS = ['api', 'generator', 'gateway', 'postgres'] as const;
const SETTLE_MS = 5_000;

/**
 * Memory while nothing happens, of each part with its children and of all together. PSS counts what processes share
 * once, so it adds up; RSS is what other tools show. Linux only.
 */
const bench: Bench = async ({ stack }) => {
  if (process.platform !== 'linux') return [];
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const children = listChildren();
  const parts = APPS.map((name) => ({ name, ...measure(withDescendants(stack.pidOf(name), children)) }));
  const total = {
    name: 'whole stack without web',
    pssMib: parts.reduce((sum, part) => sum + part.pssMib, 0),
    rssMib: parts.reduce((sum, part) => sum + part.rssMib, 0),
  };
  return [...parts, total].flatMap(({ name, pssMib, rssMib }): BenchRow[] => [
    toRow(`idle memory, ${name}, PSS`, [pssMib], 'MiB'),
    toRow(`idle memory, ${name}, RSS`, [rssMib], 'MiB'),
  ]);
};
export default bench;

function listChildren(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const line of execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

function withDescendants(pid: number, children: ReadonlyMap<number, number[]>): number[] {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => withDescendants(child, children))];
}

function measure(pids: readonly number[]): { pssMib: number; rssMib: number } {
  let [pssKib, rssKib] = [0, 0];
  for (const pid of pids) {
    const text = readRollup(pid);
    pssKib += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    rssKib += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }
  return { pssMib: pssKib / 1024, rssMib: rssKib / 1024 };
}

function readRollup(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  } catch {
    return '';
  }
}
