import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { STDERR_TAIL_CHARS_MAX } from './constants.ts';
import { CONTROL_FD, type LaunchPlan, type LaunchTarget, toLaunchCommand } from './launch-command.ts';
import { EGRESS_SOCKET, IN_SOCKET } from './sandbox-dir.ts';

export interface SpawnOptions extends LaunchTarget {
  readonly plan: LaunchPlan;
  readonly configPath: string;
}

export interface WorkerdProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the runtime listens; rejects when it exits before that. */
  readonly listening: Promise<void>;
  /** The end of what the runtime printed; it holds host paths, so it is for our eyes only. */
  readonly stderrTail: () => string;
}

/**
 * Starts the runtime in its own session and process group, with an empty environment and no descriptor but its own. Its
 * configuration comes through standard input, so that it needs no rights to our files and one configuration fits all tiers.
 */
export function spawnWorkerd({ plan, configPath, ...target }: SpawnOptions): WorkerdProcess {
  const [program = '', ...words] = toLaunchCommand(plan, target, ({ binary, dir }) => [
    ...[binary, 'serve', '-b', '-', `--control-fd=${CONTROL_FD}`],
    ...['-s', `http=unix:${dir}/${IN_SOCKET}`, '-e', `egress=unix:${dir}/${EGRESS_SOCKET}`],
  ]);
  const child = withOpenFiles([configPath, plan.seccompPath], ([config, seccomp]) =>
    spawn(program, words, {
      cwd: '/',
      env: {},
      detached: true,
      stdio: [config ?? 'ignore', 'ignore', 'pipe', 'pipe', ...(seccomp === undefined ? [] : [seccomp])],
    }),
  );
  const listening = untilListening(child);
  // A start that fails before anybody waits for this must not count as unhandled.
  listening.catch(() => {});
  if (child.pid === undefined) throw new Error('The sandbox process could not be started.');
  return { child, pid: child.pid, listening, stderrTail: collectTail(child.stderr) };
}

/** Each use has descriptors of its own: a shared one would be read to its end only once. */
function withOpenFiles<T>(paths: readonly (string | undefined)[], use: (fds: (number | undefined)[]) => T): T {
  const fds: (number | undefined)[] = [];
  try {
    for (const path of paths) fds.push(path === undefined ? undefined : openSync(path, 'r'));
    return use(fds);
  } finally {
    for (const fd of fds) if (fd !== undefined) closeSync(fd);
  }
}

function untilListening(child: ChildProcess): Promise<void> {
  const control = child.stdio[CONTROL_FD] as Readable;
  return new Promise((resolve, reject) => {
    let text = '';
    control.on('data', (chunk: Buffer) => {
      if (text.length < STDERR_TAIL_CHARS_MAX) text += chunk.toString('utf8');
      if (text.includes('"event":"listen"')) resolve();
    });
    control.on('error', reject);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The sandbox process ended before it listened.')));
  });
}

/** Reads on after the tail is full: a guest that floods its error output fills neither a pipe nor our memory. */
function collectTail(stream: Readable | null): () => string {
  let tail = '';
  stream?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL_CHARS_MAX);
  });
  stream?.on('error', () => {});
  return () => tail;
}
