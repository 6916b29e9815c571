import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `probe` until it gives a truthy value and returns that value; an error it throws counts as "not yet".
 * Throws after `timeoutMs` (5 s unless told), with the last error as the cause.
 */
export async function waitFor<T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 5_000, intervalMs = 20 }: { timeoutMs?: number; intervalMs?: number } = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(`Not reached within ${timeoutMs} ms.`, { cause });
    await sleep(intervalMs);
  }
}
