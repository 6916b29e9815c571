import {
  CALL_TIMEOUT_MS_DEFAULT,
  CALL_TIMEOUT_MS_MAX,
  CONCURRENT_CALLS_DEFAULT,
  CONCURRENT_CALLS_MAX,
  HEAP_MIB_DEFAULT,
  HEAP_MIB_MAX,
  LOG_BYTES_DEFAULT,
  LOG_BYTES_MAX,
  MEMORY_MIB_DEFAULT,
  MEMORY_MIB_MAX,
  RESULT_BYTES_DEFAULT,
  RESULT_BYTES_MAX,
} from './constants.ts';

/** Defaults, smallest and largest values; `constants.ts` has the reasons. */
const LIMITS = {
  memoryMib: { min: 96, initial: MEMORY_MIB_DEFAULT, max: MEMORY_MIB_MAX },
  heapMib: { min: 16, initial: HEAP_MIB_DEFAULT, max: HEAP_MIB_MAX },
  callTimeoutMs: { min: 1, initial: CALL_TIMEOUT_MS_DEFAULT, max: CALL_TIMEOUT_MS_MAX },
  resultBytes: { min: 1, initial: RESULT_BYTES_DEFAULT, max: RESULT_BYTES_MAX },
  concurrentCalls: { min: 1, initial: CONCURRENT_CALLS_DEFAULT, max: CONCURRENT_CALLS_MAX },
  logBytes: { min: 0, initial: LOG_BYTES_DEFAULT, max: LOG_BYTES_MAX },
} as const;

/** What one sandbox may use; each number is an upper bound. */
export type SandboxLimits = { readonly [name in keyof typeof LIMITS]: number };

const LIMIT_NAMES = Object.keys(LIMITS) as (keyof SandboxLimits)[];

/** The given limits over the defaults; throws a RangeError for one outside its bounds. */
export function resolveSandboxLimits(limits: Partial<SandboxLimits> = {}): SandboxLimits {
  const entries = LIMIT_NAMES.map((name) => {
    const { min, initial, max } = LIMITS[name];
    const value = limits[name] ?? initial;
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`The sandbox limit ${name} must be a whole number from ${min} to ${max}, not ${value}.`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as { [name in keyof SandboxLimits]: number };
}
