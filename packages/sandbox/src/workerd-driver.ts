import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CompiledConfigs } from './compiled-configs.ts';
import { SOCKET_PATH_BYTES_MAX, START_TIMEOUT_MS } from './constants.ts';
import { parseLoadError } from './guest-answer.ts';
import { GuestClient } from './guest-client.ts';
import { killGroup, untilGone } from './kill-group.ts';
import { ProcessRecords } from './process-records.ts';
import { findLoadError } from './runtime-errors.ts';
import type { RunningSandbox, Sandbox, SandboxDriver, StartRequest } from './sandbox.ts';
import { resolveSandboxLimits, type SandboxLimits } from './sandbox-limits.ts';
import { SandboxStartError } from './sandbox-start-error.ts';
import { spawnWorkerd, type WorkerdProcess } from './spawn-workerd.ts';
import { WorkerdSandbox } from './workerd-sandbox.ts';

export interface WorkerdDriverOptions {
  /** Directory for sockets, process records and compiled bundles; made with mode 0700. */
  readonly runDir: string;
}

/** A driver that runs each bundle in a workerd process; throws when the run directory's path is too long for sockets. */
export function createWorkerdDriver(options: WorkerdDriverOptions): SandboxDriver {
  return new WorkerdDriver(resolve(options.runDir));
}

const NOT_LOADED = 'The tool code did not load';

const newSandboxId = () => randomBytes(6).toString('hex');

class WorkerdDriver implements SandboxDriver {
  readonly #socketsDir: string;
  readonly #records: ProcessRecords;
  readonly #configs: CompiledConfigs;
  readonly #live = new Map<string, WorkerdSandbox>();
  readonly #starting = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(runDir: string) {
    this.#socketsDir = join(runDir, 's');
    const longest = join(this.#socketsDir, newSandboxId(), 'egress.sock');
    if (Buffer.byteLength(longest) > SOCKET_PATH_BYTES_MAX) {
      throw new Error(`The sandbox run directory ${runDir} is too long for socket paths; choose a shorter one.`);
    }
    mkdirSync(this.#socketsDir, { recursive: true, mode: 0o700 });
    // A directory that was there before keeps its mode otherwise, and whoever reaches the sockets can call tools.
    chmodSync(runDir, 0o700);
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
    for (const { id, pid, isGone } of orphans) {
      if (pid !== undefined) {
        killGroup(pid);
        await untilGone(pid, isGone);
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
    const { sandbox, runtime, client } = this.#spawn(request, limits, configPath);
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    try {
      await untilLoaded(runtime, client, request.signal ? AbortSignal.any([timeout, request.signal]) : timeout);
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
    mkdirSync(dir, { mode: 0o700 });
    const inSocketPath = join(dir, 'in.sock');
    const runtime = spawnWorkerd({
      configPath,
      inSocketPath,
      egressSocketPath: join(dir, 'egress.sock'),
      memoryMib: limits.memoryMib,
    });
    this.#records.write(id, runtime.pid);
    const client = new GuestClient(inSocketPath, limits.concurrentCalls);
    const onExit = () => {
      this.#live.delete(id);
      this.#removeFiles(id);
    };
    const sandbox = new WorkerdSandbox({ id, serverId, sha256: bundle.sha256, limits, runtime, client, onExit });
    this.#live.set(id, sandbox);
    return { sandbox, runtime, client };
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
async function untilLoaded(runtime: WorkerdProcess, client: GuestClient, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const loadError = await Promise.race([runtime.listening, aborted])
    .then(() => client.getHealth(signal))
    .then(
      (reply) => parseLoadError(reply.body),
      (error: unknown) => {
        const reason = findLoadError(runtime.stderrTail()) ?? 'its sandbox ended without saying why';
        throw new SandboxStartError(`${NOT_LOADED}: ${reason}.`, { cause: error });
      },
    );
  if (loadError !== undefined) throw new SandboxStartError(`${NOT_LOADED}: ${loadError}.`);
}
