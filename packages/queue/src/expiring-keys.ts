import { KEY_LENGTH_MAX } from './constants.ts';

/** Small values that end by themselves: rate limits, single-use secrets, leases. Lost when the server crashes. */
export interface ExpiringKeys {
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Null when absent or expired. */
  get(key: string): Promise<string | null>;
  /** Reads and deletes in one step: of parallel takers exactly one gets the value. */
  take(key: string): Promise<string | null>;
  /** True when the key was absent or expired and is now ours. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Counts in a fixed window that starts with the first call; atomic. */
  increment(key: string, windowMs: number): Promise<{ count: number; resetsInMs: number }>;
  delete(key: string): Promise<void>;
}

/** The same bounds on both adapters; throws a RangeError. */
export function assertKey(key: string): string {
  if (key.length === 0 || key.length > KEY_LENGTH_MAX) {
    throw new RangeError(`A key needs 1 to ${KEY_LENGTH_MAX} characters, this one has ${key.length}.`);
  }
  return key;
}

export function assertDurationMs(durationMs: number): number {
  if (!Number.isSafeInteger(durationMs) || durationMs <= 0) {
    throw new RangeError(`A lifetime must be a whole number of milliseconds above 0, not ${durationMs}.`);
  }
  return durationMs;
}
