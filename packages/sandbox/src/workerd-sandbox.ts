import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT_NEWS_MS, LATE_ANSWER_GRACE_MS, LOG_LINES_MAX, WRAPPER_EXIT_MS } from './constants.ts';
import { answerBytesMax, parseGuestAnswer } from './guest-answer.ts';
import { AnswerTooLargeError, type GuestClient } from './guest-client.ts';
import { endGroup, killChildren, killGroup } from './kill-group.ts';
import { isOutOfMemory } from './runtime-errors.ts';
import type { CallFailure, CallOutcome, CallRequest, Sandbox, SandboxExit } from './sandbox.ts';
import type { SandboxLimits } from './sandbox-limits.ts';
import type { WorkerdProcess } from './spawn-workerd.ts';
import { watchCall } from './watchdog.ts';

export interface WorkerdSandboxOptions {
  readonly id: string;
  readonly serverId: string;
  readonly sha256: string;
  readonly limits: SandboxLimits;
  readonly runtime: WorkerdProcess;
  readonly client: GuestClient;
  /** Runs once when the process is gone, before `exited` resolves. */
  readonly onExit: () => void;
}

const failure = (reason: CallFailure, message: string): CallOutcome => ({ ok: false, reason, message, logs: [] });

/** One workerd process that serves one bundle. */
export class WorkerdSandbox implements Sandbox {
  readonly id: string;
  readonly serverId: string;
  readonly sha256: string;
  readonly pid: number;
  readonly startedAt = new Date();
  readonly exited: Promise<SandboxExit>;
  readonly #limits: SandboxLimits;
  readonly #runtime: WorkerdProcess;
  readonly #client: GuestClient;
  /** The watches over calls, also those whose caller has left but whose handler may still run. */
  readonly #watches = new Set<AbortController>();
  #isGone = false;
  #callsInFlight = 0;
  #killedAs: 'stopped' | 'wedged' | undefined;
  #groupKill: NodeJS.Timeout | undefined;
  /** Set when the kernel did not end the process group. */
  #stuck: unknown;

  constructor(options: WorkerdSandboxOptions) {
    this.id = options.id;
    this.serverId = options.serverId;
    this.sha256 = options.sha256;
    this.pid = options.runtime.pid;
    this.#limits = options.limits;
    this.#runtime = options.runtime;
    this.#client = options.client;
    this.exited = this.#untilExit(options.onExit);
  }

  async call(request: CallRequest): Promise<CallOutcome> {
    if (request.signal?.aborted) return failure('cancelled', 'The call was cancelled before it began.');
    if (this.#isGone) return this.#describeExit(await this.exited);
    const { concurrentCalls } = this.#limits;
    if (this.#callsInFlight >= concurrentCalls) {
      const message = `This server already runs ${concurrentCalls} calls, which is its limit; try again in a moment.`;
      return failure('too_many_calls', message);
    }
    this.#callsInFlight += 1;
    try {
      return await this.#run(request);
    } finally {
      this.#callsInFlight -= 1;
    }
  }

  async stop(): Promise<void> {
    this.#kill('stopped');
    await this.exited;
    if (this.#stuck) throw this.#stuck;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(request: CallRequest): Promise<CallOutcome> {
    const timeoutMs = Math.min(request.timeoutMs, this.#limits.callTimeoutMs);
    const hangUp = new AbortController();
    const watch = new AbortController();
    const answer = this.#ask(request, timeoutMs, hangUp.signal).finally(() => {
      // A hang-up by us says nothing about the handler: the watch goes on until the deadline.
      if (!hangUp.signal.aborted) watch.abort();
    });
    const overdue = this.#watch(timeoutMs, watch);
    const cancelled = untilAborted(request.signal);
    try {
      return await Promise.race([answer, overdue, cancelled.outcome]);
    } finally {
      cancelled.forget();
      hangUp.abort();
    }
  }

  /** Never resolves when the call is answered in time. */
  async #watch(timeoutMs: number, watch: AbortController): Promise<CallOutcome> {
    this.#watches.add(watch);
    const ping = (signal: AbortSignal) => this.#ping(signal);
    const verdict = await watchCall({ timeoutMs, signal: watch.signal, ping });
    this.#watches.delete(watch);
    if (verdict === undefined) return new Promise(() => {});
    const message = `The tool did not finish within its limit of ${timeoutMs} ms.`;
    if (verdict === 'slow') {
      await sleep(LATE_ANSWER_GRACE_MS);
      return failure('timed_out', message);
    }
    this.#kill('wedged');
    await this.exited;
    return failure('timed_out', `${message} It was busy without a pause, so its sandbox was stopped.`);
  }

  async #ping(signal: AbortSignal): Promise<boolean> {
    return (await this.#client.getHealth(signal)).status === 200;
  }

  async #ask(request: CallRequest, timeoutMs: number, signal: AbortSignal): Promise<CallOutcome> {
    const { resultBytes, logBytes } = this.#limits;
    const body = JSON.stringify({
      handler: request.handler,
      arguments: request.arguments,
      callId: request.callId,
      timeoutMs,
      resultBytesMax: resultBytes,
      logBytesMax: logBytes,
      logLinesMax: LOG_LINES_MAX,
    });
    try {
      const reply = await this.#client.post(body, answerBytesMax(resultBytes, logBytes), signal);
      const outcome = reply.status === 200 ? parseGuestAnswer(reply.body, logBytes) : undefined;
      return outcome ?? failure('crashed', 'The sandbox failed while it ran this call; its answer is not readable.');
    } catch (error) {
      if (signal.aborted) return failure('cancelled', 'The caller cancelled this call.');
      if (error instanceof AnswerTooLargeError) {
        return failure('result_too_large', `The result is larger than the limit of ${resultBytes} bytes.`);
      }
      const exit = await Promise.race([this.exited, sleep(EXIT_NEWS_MS, undefined, { ref: false })]);
      return exit ? this.#describeExit(exit) : failure('crashed', 'The connection to the sandbox broke; try again.');
    }
  }

  #describeExit(exit: SandboxExit): CallOutcome {
    return failure(exit.reason === 'stopped' ? 'cancelled' : 'crashed', exit.message);
  }

  #kill(reason: 'stopped' | 'wedged'): void {
    if (this.#isGone) return;
    this.#killedAs ??= reason;
    if (!killChildren(this.pid)) killGroup(this.pid);
    else this.#groupKill ??= setTimeout(() => killGroup(this.pid), WRAPPER_EXIT_MS);
  }

  #untilExit(onExit: () => void): Promise<SandboxExit> {
    return new Promise((resolve) => {
      this.#runtime.child.once('exit', (code, signal) => {
        this.#isGone = true;
        clearTimeout(this.#groupKill);
        for (const watch of this.#watches) watch.abort();
        this.#client.close();
        this.#endGroup().finally(() => {
          onExit();
          resolve(this.#toExit(code, signal));
        });
      });
    });
  }

  /** Ends what the process may have started; its group id stays reserved for as long as anything lives in it. */
  async #endGroup(): Promise<void> {
    try {
      await endGroup(this.pid);
    } catch (error) {
      this.#stuck = error;
    }
  }

  #toExit(code: number | null, signal: NodeJS.Signals | null): SandboxExit {
    switch (this.#killedAs) {
      case 'stopped':
        return { reason: 'stopped', message: 'The server was stopped while this call was running; try again.' };
      case 'wedged':
        return {
          reason: 'wedged',
          message: 'Another call kept the server busy past its time limit, so its sandbox was stopped; try again.',
        };
      case undefined: {
        const { memoryMib, heapMib } = this.#limits;
        const cause = isOutOfMemory(this.#runtime.stderrTail())
          ? 'ran out of memory'
          : `ended by itself (${signal ?? `exit code ${code}`})`;
        const limits = `its limits are ${memoryMib} MiB in all and ${heapMib} MiB for objects`;
        return { reason: 'crashed', message: `The sandbox ${cause}; ${limits}.` };
      }
    }
  }
}

function untilAborted(signal: AbortSignal | undefined): { outcome: Promise<CallOutcome>; forget: () => void } {
  const { promise, resolve } = withResolvers();
  const onAbort = () => resolve(failure('cancelled', 'The caller cancelled this call.'));
  signal?.addEventListener('abort', onAbort, { once: true });
  return { outcome: promise, forget: () => signal?.removeEventListener('abort', onAbort) };
}

/** Promise.withResolvers needs Node 22. */
function withResolvers(): { promise: Promise<CallOutcome>; resolve: (outcome: CallOutcome) => void } {
  let resolve: (outcome: CallOutcome) => void = () => {};
  const promise = new Promise<CallOutcome>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
