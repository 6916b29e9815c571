import { setTimeout as sleep } from 'node:timers/promises';
import { APP_STOP_GRACE_MS, PARENT_POLL_MS } from './constants.ts';
import { createDeferred } from './deferred.ts';
import type { Stack } from './stack.ts';
import { StopReason } from './stop-reason.ts';
import type { Terminal } from './terminal.ts';

export interface Supervision {
  stack: Stack;
  terminal: Terminal;
  start: () => Promise<void>;
  /** Also end when our parent is gone: a killed package manager passes no signal on. */
  endsWithParent: boolean;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `start`, then waits until somebody asks for the end or an app ends by itself, and stops everything in order. A
 * second request kills at once. Resolves with the exit code.
 */
export async function superviseStack({ stack, terminal, start, endsWithParent }: Supervision): Promise<number> {
  const asked = createDeferred<undefined>();
  let requests = 0;
  const ask = () => {
    requests += 1;
    if (requests > 1) stack.killNow();
    asked.resolve(undefined);
  };
  for (const signal of SIGNALS) process.on(signal, ask);
  const stopWatching = endsWithParent ? watchParent(ask) : () => undefined;
  const starting = start();
  // A start that succeeds decides nothing: the stack then runs.
  const failed = starting.then(() => stack.ended, toSentence);
  const problem = await Promise.race([asked.promise, stack.ended, failed]);
  if (problem === undefined) terminal.step('Stopping …');
  else terminal.fail(problem);
  stack.abortStart();
  // A start under way must hand over the server that it has just made, or nobody would stop it.
  await Promise.race([starting.catch(() => undefined), sleep(APP_STOP_GRACE_MS)]);
  await stack.stop();
  for (const signal of SIGNALS) process.off(signal, ask);
  stopWatching();
  return problem === undefined ? 0 : 1;
}

function watchParent(onGone: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(timer);
      onGone();
    }
  }, PARENT_POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function toSentence(error: unknown): string {
  if (error instanceof StopReason) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
