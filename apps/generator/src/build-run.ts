import type { BuildLease, BuildRow, BuildStep, Database, Queryable, ServerRow } from '@bmm/db';
import type { SpecGenerator } from '@bmm/generation';
import type { SandboxDriver } from '@bmm/sandbox';
import type { PublicUrls, Spec, SpecSource } from '@bmm/types';

export interface StageDeps {
  readonly db: Database;
  readonly specGenerator: SpecGenerator;
  readonly sandboxes: SandboxDriver;
  readonly urls: PublicUrls;
}

export interface Bundle {
  readonly sha256: string;
  readonly code: string;
}

/** What stages hand on to each other, filled from the left to the right of the pipeline. */
export interface BuildProducts {
  spec?: Spec;
  source?: SpecSource;
  bundle?: Bundle;
}

/** One attempt at one build, as its stages see it. */
export interface BuildRun {
  readonly build: BuildRow;
  readonly server: ServerRow;
  readonly lease: BuildLease;
  /** Aborts when the build is cancelled, its lease is lost or the worker stops. */
  readonly signal: AbortSignal;
  readonly products: BuildProducts;
  log(message: string, level?: 'info' | 'warn'): Promise<void>;
  /** Changes the build and appends events, all or nothing, only while this worker owns the build. */
  advance(decide: (tx: Queryable) => Promise<BuildStep>): Promise<void>;
}

export type Stage = (run: BuildRun, deps: StageDeps) => Promise<void>;

/** What an earlier stage must have left. */
export function required<K extends keyof BuildProducts>(run: BuildRun, product: K): NonNullable<BuildProducts[K]> {
  const value = run.products[product];
  if (value === undefined) throw new Error(`The build has no ${product} yet.`);
  return value;
}
