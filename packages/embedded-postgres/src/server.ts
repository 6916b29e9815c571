import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findServedDataDir } from './connection.ts';
import { LOG_TAIL_LINES, POLL_INTERVAL_MS, START_TIMEOUT_MS } from './constants.ts';
import type { Layout } from './layout.ts';
import type { Programs } from './programs.ts';

export type ServerStart =
  | { ok: true; child: ChildProcess; pid: number }
  | { ok: false; reason: 'port-taken' | 'predecessor-alive' | 'failed'; logTail: string };

export interface ServerOptions {
  port: number;
  password: string;
  durable: boolean;
  signal: AbortSignal | undefined;
}

/** Starts the server and waits until it answers with our password; throws only when `signal` aborts. */
export async function startServer(layout: Layout, programs: Programs, options: ServerOptions): Promise<ServerStart> {
  const { file, args } = programs.commandFor('postgres', serverArguments(layout, options));
  const log = openSync(layout.logFile, 'a', 0o600);
  const logStart = statSync(layout.logFile).size;
  // A process group of its own: the terminal's Ctrl-C reaches the apps, which must still have their database to close.
  const child = spawn(file, args, { ...programs.spawnOptions, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code, killedBy) => {
    failure ??= `postgres exited with ${killedBy ?? code}`;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (failure === undefined && child.pid !== undefined) {
    if ((await findServedDataDir({ port: options.port, password: options.password })) !== undefined) {
      // Somebody else's server never takes our random password, so this one is ours.
      child.unref();
      return { ok: true, child, pid: child.pid };
    }
    if (options.signal?.aborted || Date.now() > deadline) {
      child.kill('SIGQUIT');
      options.signal?.throwIfAborted();
      failure = `not ready after ${START_TIMEOUT_MS} ms`;
    }
    await sleep(POLL_INTERVAL_MS);
  }
  const logTail = readFileSync(layout.logFile).subarray(logStart).toString('utf8').trim();
  return { ok: false, reason: classify(logTail), logTail: tail(`${failure}\n${logTail}`) };
}

function serverArguments(layout: Layout, { port, durable }: ServerOptions): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '64MB',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', layout.dataDir, '-p', String(port), ...words];
}

function classify(logText: string): 'port-taken' | 'predecessor-alive' | 'failed' {
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(logText)) {
    return 'predecessor-alive';
  }
  return /could not bind IPv4 address/.test(logText) ? 'port-taken' : 'failed';
}

function tail(text: string): string {
  return text.split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
