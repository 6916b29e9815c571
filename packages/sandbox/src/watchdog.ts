import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { PING_GRACE_MS, PING_LEAD_MS } from './constants.ts';

/** `slow`: past its deadline in a healthy guest. `wedged`: past its deadline and the guest answers nobody. */
export type Verdict = 'slow' | 'wedged';

export interface WatchdogOptions {
  readonly timeoutMs: number;
  /** Ends the watch; the verdict then never comes. */
  readonly signal: AbortSignal;
  /** Resolves to true when the guest answers; rejects or stays open otherwise. */
  readonly ping: (signal: AbortSignal) => Promise<boolean>;
}

/** Watches one call until its deadline and reports within 125 ms after it; undefined when it was ended before. */
export async function watchCall({ timeoutMs, signal, ping }: WatchdogOptions): Promise<Verdict | undefined> {
  const startedAt = performance.now();
  try {
    // A ping before the deadline gives a guest that computes in bursts, or a busy machine, a second chance to answer.
    if (timeoutMs > 2 * PING_LEAD_MS) await sleep(timeoutMs - PING_LEAD_MS, undefined, { signal });
    const early = trackPing(ping, signal);
    await sleep(Math.max(0, timeoutMs - (performance.now() - startedAt)), undefined, { signal });
    const probe = early.isOpen() ? early : trackPing(ping, signal);
    const grace = sleep(PING_GRACE_MS, false, { signal });
    if (await Promise.race([probe.answered, grace])) return 'slow';
    // When our own event loop was late, the answer may lie unread: timers run before sockets, so read once more.
    await nextTurn();
    await nextTurn();
    return probe.isOpen() ? 'wedged' : 'slow';
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function trackPing(ping: WatchdogOptions['ping'], signal: AbortSignal) {
  let open = true;
  const answered = ping(signal).then(
    (ok) => {
      if (ok) open = false;
      return ok;
    },
    () => false,
  );
  // A ping that fails is no sign of life; only one that is answered ends the wait.
  const untilAnswered = answered.then((ok) => (ok ? true : new Promise<boolean>(() => {})));
  return { isOpen: () => open, answered: untilAnswered };
}
