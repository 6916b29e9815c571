import type { Sandbox, SandboxDriver, SandboxExit } from './sandbox.ts';
import type { PoolEvent, PooledSandbox, PoolTarget } from './sandbox-pool.ts';

/** Why the pool ended a sandbox. */
export type PoolStopReason = 'idle' | 'evicted' | 'retired' | 'stopped' | 'closed';

export interface PoolEntryOptions {
  readonly target: PoolTarget;
  readonly driver: SandboxDriver;
  readonly idleMs: number;
  /** The sandbox starts when this has resolved. */
  readonly before: Promise<unknown>;
  readonly onEvent: (event: PoolEvent) => void;
  /** Runs when it takes no more calls. */
  readonly onStop: (entry: PoolEntry) => void;
  /** Runs once, when its process is gone or could not be started. */
  readonly onGone: (entry: PoolEntry) => void;
}

/** The life of one sandbox in the pool: starting, live, draining, stopping, gone. */
export class PoolEntry {
  readonly serverId: string;
  readonly sha256: string;
  readonly ready: Promise<Sandbox>;
  /** Resolves when nothing of it runs; never rejects. */
  readonly gone: Promise<void>;
  lastUsedAtMs = performance.now();
  callsInFlight = 0;
  readonly #options: PoolEntryOptions;
  readonly #aborted = new AbortController();
  #sandbox: Sandbox | undefined;
  #isDraining = false;
  #stopReason: PoolStopReason | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: PoolEntryOptions) {
    this.#options = options;
    this.serverId = options.target.serverId;
    this.sha256 = options.target.bundle.sha256;
    this.ready = this.#start();
    this.gone = this.ready.then(
      (sandbox) => sandbox.exited.then((exit) => this.#end(exit)),
      () => this.#end(undefined),
    );
  }

  get state(): PooledSandbox['state'] {
    if (this.isStopping) return 'stopping';
    if (this.#isDraining) return 'draining';
    return this.#sandbox ? 'live' : 'starting';
  }

  get pid(): number | undefined {
    return this.#sandbox?.pid;
  }

  get isStopping(): boolean {
    return this.#stopReason !== undefined;
  }

  acquire(): void {
    this.callsInFlight += 1;
    clearTimeout(this.#idleTimer);
  }

  release(): void {
    this.callsInFlight -= 1;
    this.lastUsedAtMs = performance.now();
    if (this.callsInFlight > 0) return;
    if (this.#isDraining) this.stop('retired');
    else this.#idleTimer = setTimeout(() => this.stop('idle'), this.#options.idleMs).unref();
  }

  /** Stops when the last call in flight has ended. */
  drain(): void {
    this.#isDraining = true;
    if (this.callsInFlight === 0) this.stop('retired');
  }

  stop(reason: PoolStopReason): void {
    if (this.isStopping) return;
    this.#stopReason = reason;
    clearTimeout(this.#idleTimer);
    this.#options.onStop(this);
    this.#aborted.abort(new Error('The sandbox was stopped while it started.'));
    // A process that survives its kill is still in the pool's snapshot and in the driver's list.
    this.#sandbox?.stop().catch(() => {});
  }

  async #start(): Promise<Sandbox> {
    const { target, driver, before, onEvent } = this.#options;
    const startedAtMs = performance.now();
    const signal = this.#aborted.signal;
    const code = await untilAbort(
      before.then(() => loadCode(target)),
      signal,
    );
    const { serverId, sha256 } = this;
    const sandbox = await driver.start({ serverId, bundle: { sha256, code }, limits: target.limits, signal });
    this.#sandbox = sandbox;
    if (this.isStopping) await sandbox.stop();
    else onEvent({ type: 'started', serverId, sha256, pid: sandbox.pid, coldMs: performance.now() - startedAtMs });
    return sandbox;
  }

  /** `exit` is undefined when the sandbox never started. */
  #end(exit: SandboxExit | undefined): void {
    clearTimeout(this.#idleTimer);
    this.#options.onGone(this);
    if (!exit) return;
    const { serverId, sha256 } = this;
    const { onEvent } = this.#options;
    if (exit.reason === 'crashed') onEvent({ type: 'crashed', serverId, sha256, message: exit.message });
    else if (exit.reason === 'wedged') onEvent({ type: 'stopped', serverId, sha256, reason: 'wedged' });
    else onEvent({ type: 'stopped', serverId, sha256, reason: this.#stopReason ?? 'stopped' });
  }
}

const loadCode = async ({ bundle }: PoolTarget): Promise<string> =>
  typeof bundle.code === 'string' ? bundle.code : bundle.code();

/** The task's result; throws the signal's reason when that comes first. */
async function untilAbort<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([task, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
