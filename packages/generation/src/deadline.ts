import { AppError } from '@bmm/types';

export interface DeadlineLimits {
  readonly totalMs: number;
  readonly stallMs: number;
}

/** Joins the caller's signal with a limit for the whole and one for silence; its reason says which of them it was. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the time of silence anew. */
  keepAlive(): void;
  abort(reason: AppError): void;
  /** Frees the timers and the listener on the caller's signal. */
  close(): void;
}

export function startDeadline(caller: AbortSignal, limits: DeadlineLimits): Deadline {
  const controller = new AbortController();
  const onCallerAbort = () => controller.abort(caller.reason);
  if (caller.aborted) onCallerAbort();
  caller.addEventListener('abort', onCallerAbort, { once: true });
  const total = setTimeout(() => {
    const within = `${toSeconds(limits.totalMs)} seconds`;
    controller.abort(
      new AppError('model_timeout', `The model did not finish within ${within}. Try again, or ask for fewer tools.`),
    );
  }, limits.totalMs);
  const stall = setTimeout(() => {
    const silence = `${toSeconds(limits.stallMs)} seconds`;
    controller.abort(new AppError('model_timeout', `The model sent nothing for ${silence}. Try again.`));
  }, limits.stallMs);
  return {
    signal: controller.signal,
    keepAlive: () => {
      stall.refresh();
    },
    abort: (reason) => controller.abort(reason),
    close: () => {
      clearTimeout(total);
      clearTimeout(stall);
      caller.removeEventListener('abort', onCallerAbort);
    },
  };
}

function toSeconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000));
}
