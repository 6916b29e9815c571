import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CompiledConfigs } from './compiled-configs.ts';
import { SOCKET_PATH_BYTES_MAX, START_TIMEOUT_MS } from './constants.ts';
import { parseLoadError } from './guest-answer.ts';
import { GuestClient } from './guest-client.ts';
import { endGroup } from './kill-group.ts';
import { type FoundTier, findTier } from './probe-tier.ts';
import { ProcessRecords } from './process-records.ts';
import { findLoadError, findWrapperError } from './runtime-errors.ts';
import type { RunningSandbox, Sandbox, SandboxDriver, StartRequest } from './sandbox.ts';
import { EGRESS_SOCKET, IN_SOCKET, makeSandboxDir, sealSandboxDir } from './sandbox-dir.ts';
import { resolveSandboxLimits, type SandboxLimits } from './sandbox-limits.ts';
import { SandboxStartError } from './sandbox-start-error.ts';
import type { SandboxTier } from './sandbox-tier.ts';
import { SandboxUids } from './sandbox-uids.ts';
import { spawnWorkerd, type WorkerdProcess } from './spawn-workerd.ts';
import { WorkerdSandbox } from './workerd-sandbox.ts';

export interface WorkerdDriverOptions {
  /** Directory for sockets, process records and compiled bundles; closed to other users. */
  readonly runDir: string;
  /** How sandboxes are walled in; `auto` (the default) is the strongest that the machine offers. */
  readonly tier?: SandboxTier | 'auto' | undefined;
  /** The weakest tier that is acceptable; `plain` unless given. */
  readonly minTier?: SandboxTier | undefined;
}

export interface WorkerdDriver extends SandboxDriver {
  /** The tier that really runs. */
  readonly tier: SandboxTier;
  /** Whether each sandbox has a user of its own, which needs a platform that runs as root. */
  readonly hasOwnUid: boolean;
  /** Sentences that say why it is no better: what each stronger tier lacked. */
  readonly tierShortfalls: readonly string[];
}

/**
 * A driver that runs each bundle in a workerd process. Blocks for about 200 ms while it probes the machine; throws
 * SandboxTierError when the tier is not to be had, and an Error when the run directory's path is too long for sockets.
 */
export function createWorkerdDriver({ runDir, tier = 'auto', minTier = 'plain' }: WorkerdDriverOptions): WorkerdDriver {
  const dir = resolve(runDir);
  const longest = join(dir, 's', newSandboxId(), EGRESS_SOCKET);
  if (Buffer.byteLength(longest) > SOCKET_PATH_BYTES_MAX) {
    throw new Error(`The sandbox run directory ${dir} is too long for socket paths; choose a shorter one.`);
  }
  // Sandboxes with a user of their own must get through to their directory; nobody can list what is on the way.
  openRunDir(dir, process.getuid?.() === 0 ? 0o711 : 0o700);
  const found = findTier({ runDir: dir, tier, minTier });
  if (!found.uidRange) openRunDir(dir, 0o700);
  return new WorkerdProcessDriver(dir, found);
}

/** A directory that was there before keeps its mode otherwise, and whoever reaches the sockets can call tools. */
function openRunDir(runDir: string, mode: number): void {
  mkdirSync(join(runDir, 's'), { recursive: true, mode });
  chmodSync(runDir, mode);
  chmodSync(join(runDir, 's'), mode);
}

const NOT_LOADED = 'The tool code did not load';

const newSandboxId = () => randomBytes(6).toString('hex');

class WorkerdProcessDriver implements WorkerdDriver {
  readonly tier: SandboxTier;
  readonly hasOwnUid: boolean;
  readonly tierShortfalls: readonly string[];
  readonly #found: FoundTier;
  readonly #uids: SandboxUids | undefined;
  readonly #socketsDir: string;
  readonly #records: ProcessRecords;
  readonly #configs: CompiledConfigs;
  readonly #live = new Map<string, WorkerdSandbox>();
  readonly #starting = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(runDir: string, found: FoundTier) {
    this.tier = found.plan.tier;
    this.hasOwnUid = found.uidRange !== undefined;
    this.tierShortfalls = found.shortfalls;
    this.#found = found;
    this.#uids = found.uidRange && new SandboxUids(found.uidRange, runDir);
    this.#socketsDir = join(runDir, 's');
    this.#records = new ProcessRecords(join(runDir, 'processes'));
    this.#configs = new CompiledConfigs(join(runDir, 'configs'));
  }

  async start(request: StartRequest): Promise<Sandbox> {
    const starting = this.#start(request);
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  list(): RunningSandbox[] {
    return [...this.#live.values()].map(({ id, serverId, sha256, pid, startedAt }) => {
      return { id, serverId, sha256, pid, startedAt };
    });
  }

  async reapOrphans(): Promise<number> {
    const orphans = this.#records.orphans();
    let killed = 0;
    for (const { id, pid } of orphans) {
      if (pid !== undefined) {
        await endGroup(pid);
        killed += 1;
      }
      this.#removeFiles(id);
    }
    return killed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#live.values()].map((sandbox) => sandbox.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(request: StartRequest): Promise<WorkerdSandbox> {
    const limits = resolveSandboxLimits(request.limits);
    this.#assertOpen(request.signal);
    const configPath = await this.#configs.pathFor(request.bundle, limits.heapMib);
    this.#assertOpen(request.signal);
    const { sandbox, runtime, client, sealed } = this.#spawn(request, limits, configPath);
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    try {
      await untilLoaded(runtime, sealed, client, request.signal ? AbortSignal.any([timeout, request.signal]) : timeout);
      this.#assertOpen(request.signal);
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      this.#assertOpen(request.signal);
      if (!timeout.aborted) throw error;
      const message = `${NOT_LOADED} within ${START_TIMEOUT_MS} ms; code outside of handlers must not wait or loop.`;
      throw new SandboxStartError(message);
    }
  }

  #spawn({ serverId, bundle }: StartRequest, limits: SandboxLimits, configPath: string) {
    const id = newSandboxId();
    const dir = join(this.#socketsDir, id);
    const uid = this.#uids?.take(serverId);
    const release = () => {
      if (uid !== undefined) this.#uids?.release(uid);
      this.#removeFiles(id);
    };
    let runtime: WorkerdProcess;
    try {
      makeSandboxDir(dir, uid);
      runtime = spawnWorkerd({ plan: this.#found.plan, configPath, dir, uid, memoryMib: limits.memoryMib });
    } catch (error) {
      release();
      throw error;
    }
    this.#records.write(id, runtime.pid);
    const client = new GuestClient(join(dir, IN_SOCKET), limits.concurrentCalls);
    const onExit = () => {
      this.#live.delete(id);
      release();
    };
    const sandbox = new WorkerdSandbox({ id, serverId, sha256: bundle.sha256, limits, runtime, client, onExit });
    this.#live.set(id, sandbox);
    const sealed = runtime.listening.then(() => sealSandboxDir(dir, uid));
    sealed.catch(() => {});
    return { sandbox, runtime, client, sealed };
  }

  #assertOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new Error('The sandbox driver is closed.');
  }

  #removeFiles(id: string): void {
    rmSync(join(this.#socketsDir, id), { recursive: true, force: true });
    this.#records.remove(id);
  }
}

/** Resolves when the guest has evaluated its bundle; throws SandboxStartError when it cannot. */
async function untilLoaded(
  runtime: WorkerdProcess,
  sealed: Promise<void>,
  client: GuestClient,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const loadError = await Promise.race([sealed, aborted])
    .then(() => client.getHealth(signal))
    .then(
      (reply) => parseLoadError(reply.body),
      (error: unknown) => {
        const wrapperError = findWrapperError(runtime.stderrTail());
        if (wrapperError !== undefined) throw new Error(`The sandbox did not start: ${wrapperError}`, { cause: error });
        const reason = findLoadError(runtime.stderrTail()) ?? 'its sandbox ended without saying why';
        throw new SandboxStartError(`${NOT_LOADED}: ${reason}.`, { cause: error });
      },
    );
  if (loadError !== undefined) throw new SandboxStartError(`${NOT_LOADED}: ${loadError}.`);
}
