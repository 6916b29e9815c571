import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { HOME_DIR_MODE } from './constants.ts';
import { identifyProcess, isSameProcessAlive } from './process-identity.ts';

const identity = { pid: z.int().positive(), startedAt: z.string() };
const RunState = z.object({
  ...identity,
  dashboardUrl: z.string(),
  /** In the order in which they were started; they are stopped in the opposite order. */
  processes: z.array(z.object({ ...identity, name: z.string(), kind: z.enum(['group', 'postgres']) })),
});
export type RunState = z.infer<typeof RunState>;
export type RunningProcess = RunState['processes'][number];

/** What the file says, whether or not the process behind it still lives. */
export function readRunFile(file: string): RunState | undefined {
  try {
    return RunState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The stack that runs from this folder at the moment. */
export function findRunningStack(file: string): RunState | undefined {
  const state = readRunFile(file);
  return state && isSameProcessAlive(state) ? state : undefined;
}

export type Claim = { ok: true; leftBehind: readonly RunningProcess[] } | { ok: false; running: RunState | undefined };

/** Takes the folder for this process; of two starts at once only one gets it. */
export function claimRunFile(file: string, dashboardUrl: string): Claim {
  mkdirSync(dirname(file), { recursive: true, mode: HOME_DIR_MODE });
  const own = identifyProcess(process.pid);
  if (!own) throw new Error('This process cannot see itself.');
  const running = findRunningStack(file);
  if (running) return { ok: false, running };
  const leftBehind = takeAway(file);
  if (leftBehind === 'in use') return { ok: false, running: readRunFile(file) };
  try {
    writeFileSync(file, toText({ ...own, dashboardUrl, processes: [...leftBehind] }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { ok: false, running: readRunFile(file) };
  }
  return { ok: true, leftBehind };
}

/** By rename: between our look and our move a parallel start may have put its own file there, which goes back. */
function takeAway(file: string): readonly RunningProcess[] | 'in use' {
  const scratch = `${file}.${process.pid}`;
  try {
    renameSync(file, scratch);
  } catch {
    return [];
  }
  try {
    if (!findRunningStack(scratch)) return readRunFile(scratch)?.processes ?? [];
    linkSync(scratch, file);
    return 'in use';
  } finally {
    rmSync(scratch, { force: true });
  }
}

export function recordProcesses(file: string, processes: readonly RunningProcess[]): void {
  const state = readRunFile(file);
  if (state?.pid !== process.pid) return;
  writeFileSync(`${file}.new`, toText({ ...state, processes: [...processes] }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeRunFile(file: string): void {
  rmSync(file, { force: true });
}

function toText(state: RunState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}
