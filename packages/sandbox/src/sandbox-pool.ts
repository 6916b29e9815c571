import { PoolEntry, type PoolStopReason } from './pool-entry.ts';
import type { CallFailure, CallOutcome, CallRequest, SandboxDriver } from './sandbox.ts';
import type { SandboxLimits } from './sandbox-limits.ts';
import { SandboxStartError } from './sandbox-start-error.ts';

export interface PoolTarget {
  readonly serverId: string;
  /** The code, or where to get it when the bundle is not running yet. */
  readonly bundle: { readonly sha256: string; readonly code: string | (() => Promise<string>) };
  readonly limits?: Partial<SandboxLimits> | undefined;
}

export type PoolEvent =
  | {
      readonly type: 'started';
      readonly serverId: string;
      readonly sha256: string;
      readonly pid: number;
      /** From the call that needed it until it could take calls. */
      readonly coldMs: number;
    }
  | {
      readonly type: 'stopped';
      readonly serverId: string;
      readonly sha256: string;
      readonly reason: PoolStopReason | 'wedged';
    }
  | { readonly type: 'crashed'; readonly serverId: string; readonly sha256: string; readonly message: string };

export interface SandboxPoolOptions {
  readonly driver: SandboxDriver;
  /** A sandbox without calls for this long sleeps. */
  readonly idleMs: number;
  /** Sandboxes that may run at once; beyond, the one least recently used sleeps. */
  readonly maxLive: number;
  readonly onEvent?: ((event: PoolEvent) => void) | undefined;
}

export interface PooledSandbox {
  readonly serverId: string;
  readonly sha256: string;
  readonly state: 'starting' | 'live' | 'draining' | 'stopping';
  readonly pid: number | undefined;
  readonly callsInFlight: number;
}

/** Keeps a sandbox for each server version that is called, and none for those that are not. */
export interface SandboxPool extends AsyncDisposable {
  /** Runs one call, starting the sandbox when it sleeps; rejects only for failures that are not the bundle's. */
  call(target: PoolTarget, request: CallRequest): Promise<CallOutcome>;
  /** Lets a server's other versions finish their calls; resolves when they are gone. */
  retire(serverId: string, options?: { readonly exceptSha256?: string | undefined }): Promise<void>;
  /** Kills a server at once, calls in flight end as `cancelled`; resolves when it is gone. */
  stopServer(serverId: string): Promise<void>;
  snapshot(): PooledSandbox[];
  /** Stops everything; the driver stays open, it belongs to whoever made it. */
  close(): Promise<void>;
}

export const createSandboxPool = (options: SandboxPoolOptions): SandboxPool => new Pool(options);

const failure = (reason: CallFailure, message: string): CallOutcome => ({ ok: false, reason, message, logs: [] });

/** Two servers never share a process, not even for the same bundle. */
const keyOf = (serverId: string, sha256: string) => `${serverId}\n${sha256}`;

class Pool implements SandboxPool {
  readonly #options: SandboxPoolOptions;
  /** Where new calls go. */
  readonly #current = new Map<string, PoolEntry>();
  /** Everything that runs, with those that drain or are being stopped. */
  readonly #entries = new Set<PoolEntry>();
  #isClosed = false;

  constructor(options: SandboxPoolOptions) {
    this.#options = options;
  }

  async call(target: PoolTarget, request: CallRequest): Promise<CallOutcome> {
    if (this.#isClosed) throw new Error('The sandbox pool is closed.');
    if (request.signal?.aborted) return failure('cancelled', 'The call was cancelled before it began.');
    const entry = this.#findOrAdd(target);
    if (!entry) {
      const { maxLive } = this.#options;
      return failure('too_many_calls', `All ${maxLive} sandboxes of this machine are busy; try again in a moment.`);
    }
    return this.#callIn(entry, request);
  }

  async retire(serverId: string, { exceptSha256 }: { exceptSha256?: string | undefined } = {}): Promise<void> {
    const old = [...this.#entries].filter((entry) => entry.serverId === serverId && entry.sha256 !== exceptSha256);
    for (const entry of old) {
      this.#removeCurrent(entry);
      entry.drain();
    }
    await Promise.all(old.map((entry) => entry.gone));
  }

  async stopServer(serverId: string): Promise<void> {
    await this.#stop(
      [...this.#entries].filter((entry) => entry.serverId === serverId),
      'stopped',
    );
  }

  snapshot(): PooledSandbox[] {
    return [...this.#entries].map(({ serverId, sha256, state, pid, callsInFlight }) => {
      return { serverId, sha256, state, pid, callsInFlight };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop([...this.#entries], 'closed');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #callIn(entry: PoolEntry, request: CallRequest): Promise<CallOutcome> {
    entry.acquire();
    const cancelled = untilAborted(request.signal);
    try {
      const sandbox = await Promise.race([entry.ready, cancelled.aborted]);
      if (!sandbox) return failure('cancelled', 'The caller cancelled this call.');
      return await sandbox.call(request);
    } catch (error) {
      if (entry.isStopping) return failure('cancelled', 'The server was stopped while this call was running.');
      if (error instanceof SandboxStartError) return failure('crashed', error.message);
      throw error;
    } finally {
      cancelled.forget();
      entry.release();
    }
  }

  #findOrAdd(target: PoolTarget): PoolEntry | undefined {
    const key = keyOf(target.serverId, target.bundle.sha256);
    const current = this.#current.get(key);
    if (current) return current;
    if (!this.#makeRoom()) return undefined;
    const { driver, idleMs, maxLive, onEvent } = this.#options;
    const stopping = [...this.#entries].filter((entry) => entry.isStopping);
    const isFull = this.#entries.size >= maxLive;
    const entry = new PoolEntry({
      target,
      driver,
      idleMs,
      // Those that were told to sleep are gone before another takes their memory.
      before: isFull ? Promise.all(stopping.map(({ gone }) => gone)) : Promise.resolve(),
      onEvent: onEvent ?? (() => {}),
      onStop: (stopped) => this.#removeCurrent(stopped),
      onGone: (stopped) => {
        this.#removeCurrent(stopped);
        this.#entries.delete(stopped);
      },
    });
    this.#entries.add(entry);
    this.#current.set(key, entry);
    return entry;
  }

  /** Puts the least recently used idle sandbox to sleep when all places are taken; false when none is idle. */
  #makeRoom(): boolean {
    const running = [...this.#entries].filter((entry) => !entry.isStopping);
    if (running.length < this.#options.maxLive) return true;
    const idle = running.filter((entry) => entry.callsInFlight === 0);
    const [oldest] = idle.sort((a, b) => a.lastUsedAtMs - b.lastUsedAtMs);
    oldest?.stop('evicted');
    return oldest !== undefined;
  }

  async #stop(entries: readonly PoolEntry[], reason: PoolStopReason): Promise<void> {
    for (const entry of entries) entry.stop(reason);
    await Promise.all(entries.map((entry) => entry.gone));
  }

  #removeCurrent(entry: PoolEntry): void {
    const key = keyOf(entry.serverId, entry.sha256);
    if (this.#current.get(key) === entry) this.#current.delete(key);
  }
}

function untilAborted(signal: AbortSignal | undefined): { aborted: Promise<undefined>; forget: () => void } {
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  return { aborted, forget: () => signal?.removeEventListener('abort', onAbort) };
}
