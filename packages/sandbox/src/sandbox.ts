import type { JsonObject } from '@bmm/types';
import type { SandboxLimits } from './sandbox-limits.ts';

export interface GuestLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Since the call began, by the guest's clock. */
  readonly elapsedMs: number;
}

export const CALL_FAILURES = [
  'handler_threw',
  'unknown_handler',
  'timed_out',
  'cancelled',
  'result_too_large',
  'result_not_json',
  'crashed',
  'too_many_calls',
] as const;
export type CallFailure = (typeof CALL_FAILURES)[number];

/** What became of a call; `message` is a sentence that a model or an owner can act on. */
export type CallOutcome =
  | { readonly ok: true; readonly value: unknown; readonly logs: readonly GuestLogLine[] }
  | {
      readonly ok: false;
      readonly reason: CallFailure;
      readonly message: string;
      readonly logs: readonly GuestLogLine[];
    };

export interface CallRequest {
  /** The exported function of the bundle to call. */
  readonly handler: string;
  readonly arguments: JsonObject;
  readonly callId: string;
  /** Cut to the sandbox's own limit for call time. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ToolBundle {
  /** Lower-case hex of the code's SHA-256. */
  readonly sha256: string;
  /** One ES module that exports handlers `(args, ctx)` by name. */
  readonly code: string;
}

export interface StartRequest {
  readonly serverId: string;
  readonly bundle: ToolBundle;
  readonly limits?: Partial<SandboxLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SandboxExit {
  /** `stopped`: we asked for it. `wedged`: the watchdog killed it. `crashed`: it died by itself. */
  readonly reason: 'stopped' | 'wedged' | 'crashed';
  readonly message: string;
}

/** One running bundle, in a process of its own. */
export interface Sandbox extends AsyncDisposable {
  readonly id: string;
  readonly serverId: string;
  readonly sha256: string;
  readonly pid: number;
  readonly startedAt: Date;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<SandboxExit>;
  /** Runs one handler; what goes wrong in the guest is an outcome and never a rejection. */
  call(request: CallRequest): Promise<CallOutcome>;
  /** Kills the process and resolves when it is verified gone; calls in flight end as `cancelled`. */
  stop(): Promise<void>;
}

export interface RunningSandbox {
  readonly id: string;
  readonly serverId: string;
  readonly sha256: string;
  readonly pid: number;
  readonly startedAt: Date;
}

/** Runs bundles; a driver owns every process that it starts until `close`. */
export interface SandboxDriver extends AsyncDisposable {
  /** Resolves when the bundle has loaded; throws SandboxStartError when that is the bundle's fault. */
  start(request: StartRequest): Promise<Sandbox>;
  /** What really runs now. */
  list(): RunningSandbox[];
  /** Kills what a crashed predecessor in the same run directory left running; resolves to how many that were. */
  reapOrphans(): Promise<number>;
  /** Stops everything and resolves when no process is left. */
  close(): Promise<void>;
}
