import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { READY_TIMEOUT_MS } from './constants.ts';
import { createDeferred, untilAborted } from './deferred.ts';
import { createLineSplitter, toReadableLines } from './log-lines.ts';
import type { EmbeddedServer } from './pick-services.ts';
import { identifyProcess } from './process-identity.ts';
import { type RunningProcess, recordProcesses, removeRunFile } from './run-file.ts';
import type { StackApp } from './stack-apps.ts';
import { killGroup, stopProcesses } from './stop-processes.ts';
import type { Terminal } from './terminal.ts';
import { waitUntilAnswers } from './wait-until-ready.ts';

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url));
/** Printed by `node --watch` when an app ended by itself; the watcher then waits for a change. */
const WATCHER_GAVE_UP = 'Failed running ';
const NAME_WIDTH = 'generator'.length;

/** What runs, from the first process to the last: starts it, keeps the run file true, and ends it in order. */
export class Stack {
  readonly #runFile: string;
  readonly #terminal: Terminal;
  readonly #processes: RunningProcess[] = [];
  readonly #ended = createDeferred<string>();
  readonly #stopping = new AbortController();
  #keeper: ChildProcess | undefined;
  #embedded: EmbeddedServer | undefined;
  #stop: Promise<void> | undefined;
  #isReady = false;

  constructor(runFile: string, terminal: Terminal) {
    this.#runFile = runFile;
    this.#terminal = terminal;
  }

  /** Aborts when the stop begins, also in the middle of the start. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Resolves with a sentence when an app ends without being asked to. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  startKeeper(): void {
    this.#keeper = spawn(process.execPath, ['--import', 'tsx', KEEPER, this.#runFile, String(process.pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#keeper.on('error', () => undefined);
  }

  ownEmbedded(server: EmbeddedServer): void {
    this.#embedded = server;
    this.#record('postgres', 'postgres', server.pid);
  }

  /** Starts the app in a process group of its own and resolves when it is ready. */
  async startApp(app: StackApp): Promise<void> {
    const child = spawn(process.execPath, app.args, {
      cwd: app.cwd,
      env: app.env,
      // The pipe closes when we die, by which the app learns of it.
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) this.#record(app.name, 'group', child.pid);
    const { readiness } = app;
    const printed = createDeferred<void>();
    const onLine = (line: string) => {
      this.#print(app, line);
      if (readiness.kind === 'prints' && line.includes(readiness.text)) printed.resolve();
      if (!this.#isReady && stripVTControlCharacters(line).startsWith(WATCHER_GAVE_UP))
        this.#reportEnd(app, 'before it was ready');
    };
    for (const stream of [child.stdout, child.stderr]) {
      const lines = createLineSplitter(onLine);
      stream.setEncoding('utf8').on('data', lines.write).on('end', lines.end);
    }
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => this.#reportEnd(app, `because it could not start: ${error.message}`));
    child.once('exit', (code, signal) => this.#reportEnd(app, signal ? `by ${signal}` : `with code ${code}`));
    await this.#untilReady(
      app.name,
      readiness.kind === 'prints' ? printed.promise : waitUntilAnswers(readiness.url, this.signal),
    );
  }

  markReady(): void {
    this.#isReady = true;
  }

  /** Lets the start, if it is still under way, give up. */
  abortStart(): void {
    this.#stopping.abort();
  }

  /** Ends everything, the last started first; the second call waits for the first. */
  stop(): Promise<void> {
    this.#stop ??= this.#stopInOrder();
    return this.#stop;
  }

  /** Ends everything at once, without asking. */
  killNow(): void {
    this.#stopping.abort();
    for (const { kind, ...identity } of this.#processes) if (kind === 'group') killGroup(identity);
  }

  /** Says when it takes long, and goes on waiting: the app's own lines tell the reason, and a saved file may cure it. */
  async #untilReady(name: string, ready: Promise<void>): Promise<void> {
    const warning = setTimeout(() => {
      this.#terminal.step(`${name} is not ready after ${READY_TIMEOUT_MS / 1000} s; its lines above say why.`);
    }, READY_TIMEOUT_MS);
    try {
      await untilAborted(ready, this.signal);
    } finally {
      clearTimeout(warning);
    }
  }

  async #stopInOrder(): Promise<void> {
    this.#stopping.abort();
    await stopProcesses(this.#processes.filter(({ kind }) => kind === 'group'));
    await this.#embedded?.stop();
    removeRunFile(this.#runFile);
    if (this.#keeper?.exitCode !== null) return;
    const exited = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await exited;
  }

  #record(name: string, kind: RunningProcess['kind'], pid: number): void {
    const identity = identifyProcess(pid);
    if (!identity) return;
    this.#processes.push({ ...identity, name, kind });
    recordProcesses(this.#runFile, this.#processes);
  }

  #reportEnd(app: StackApp, how: string): void {
    if (!this.signal.aborted) this.#ended.resolve(`${app.name} ended ${how}.`);
  }

  #print(app: StackApp, line: string): void {
    const { paint } = this.#terminal;
    const prefix = `${paint(app.color, app.name.padEnd(NAME_WIDTH))} ${paint('gray', '│')} `;
    for (const text of toReadableLines(line)) this.#terminal.line(prefix + text);
  }
}
