import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { STDERR_TAIL_CHARS_MAX } from './constants.ts';
import { workerdPath } from './workerd-binary.ts';

export interface SpawnOptions {
  readonly configPath: string;
  readonly inSocketPath: string;
  readonly egressSocketPath: string;
  readonly memoryMib: number;
}

export interface WorkerdProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the runtime listens; rejects when it exits before that. */
  readonly listening: Promise<void>;
  /** The end of what the runtime printed; it holds host paths, so it is for our eyes only. */
  readonly stderrTail: () => string;
}

// RLIMIT_DATA is not enforced on macOS, where its ulimit may fail; there only the V8 heap limit holds.
const SET_LIMITS =
  process.platform === 'darwin' ? 'ulimit -c 0 -n 256' : 'ulimit -c 0 && ulimit -n 256 && ulimit -d "$1"';
// `env -i` because shells export variables of their own (PWD, SHLVL).
const LAUNCH = `${SET_LIMITS} && shift && exec /usr/bin/env -i "$@"`;

/** Starts the runtime in its own session and process group, with an empty environment and no descriptor but its own. */
export function spawnWorkerd(options: SpawnOptions): WorkerdProcess {
  const runtime = [workerdPath(), 'serve', '-b', options.configPath, '--control-fd=3'];
  const sockets = ['-s', `http=unix:${options.inSocketPath}`, '-e', `egress=unix:${options.egressSocketPath}`];
  const dataKib = String(options.memoryMib * 1024);
  const child = spawn('/bin/sh', ['-c', LAUNCH, 'sandbox', dataKib, ...runtime, ...sockets], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const listening = untilListening(child);
  // A start that fails before anybody waits for this must not count as unhandled.
  listening.catch(() => {});
  if (child.pid === undefined) throw new Error('The sandbox process could not be started.');
  return { child, pid: child.pid, listening, stderrTail: collectTail(child.stderr) };
}

function untilListening(child: ChildProcess): Promise<void> {
  const control = child.stdio[3] as Readable;
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
