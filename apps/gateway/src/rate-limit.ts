import { AppError } from '@bmm/types';
import { LRUCache } from 'lru-cache';
import { RATE_KEYS_MAX, RATE_WINDOW_MS } from './constants.ts';

export interface RateLimit {
  /**
   * Counts `cost` against a key's window.
   * @throws AppError `rate_limited` with the seconds until the window ends
   */
  take(key: string, cost: number): void;
}

/** Fixed windows in memory; `whose` stands in the sentence of a refusal. */
export function createRateLimit(perWindowMax: number, whose: string, now: () => number = Date.now): RateLimit {
  const windows = new LRUCache<string, { used: number; endsAtMs: number }>({ max: RATE_KEYS_MAX });
  return {
    take(key, cost) {
      const nowMs = now();
      let window = windows.get(key);
      if (window === undefined || window.endsAtMs <= nowMs) {
        window = { used: 0, endsAtMs: nowMs + RATE_WINDOW_MS };
        windows.set(key, window);
      }
      if (window.used + cost > perWindowMax) {
        const retryAfterSeconds = Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000));
        const sentence = `${whose} may make ${perWindowMax} requests a minute. Try again in ${retryAfterSeconds} s.`;
        throw new AppError('rate_limited', sentence, { retryAfterSeconds });
      }
      window.used += cost;
    },
  };
}
