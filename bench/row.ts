import type { ApiUser } from '../e2e/support/api-user.ts';
import type { StartedStack } from '../e2e/support/start-stack.ts';

/** What every row may use: a stack without the dashboard, and somebody who is signed in. */
export interface BenchContext {
  readonly stack: StartedStack;
  readonly user: ApiUser;
  /** Whether compiled output ran, as in production. */
  readonly isCompiled: boolean;
}

/** One line of the table. Numbers are in `unit`; a row without a target is for information. */
export interface BenchRow {
  readonly name: string;
  readonly n: number;
  readonly median: number;
  readonly p95: number;
  readonly unit: 'ms' | 'MiB';
  readonly target: { readonly median: number; readonly p95: number } | undefined;
}

/** One file in `bench/rows` exports one of these as its default. */
export type Bench = (context: BenchContext) => Promise<readonly BenchRow[]>;

/** @param values at least one */
export function toRow(
  name: string,
  values: readonly number[],
  unit: BenchRow['unit'],
  target?: BenchRow['target'],
): BenchRow {
  return { name, n: values.length, median: percentile(values, 0.5), p95: percentile(values, 0.95), unit, target };
}

/** By nearest rank: a value that was measured, never one in between. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
