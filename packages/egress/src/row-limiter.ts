import type { EgressRow } from './egress-row.ts';

const WINDOW_MS = 60_000;

interface RowLimiterOptions {
  readonly serverId: string;
  readonly deniedRowsPerMinute: number;
  now(): number;
  onRow(row: EgressRow): void;
}

/** Keeps a flood of refused requests from filling the log: what is over the limit becomes one row with a count. */
export class RowLimiter {
  readonly #options: RowLimiterOptions;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #deniedInWindow = 0;
  #suppressed = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RowLimiterOptions) {
    this.#options = options;
  }

  add(row: EgressRow): void {
    if (this.#options.now() - this.#windowStartMs >= WINDOW_MS) this.#startWindow();
    if (row.decision === 'denied') this.#deniedInWindow += 1;
    if (row.decision !== 'denied' || this.#deniedInWindow <= this.#options.deniedRowsPerMinute) {
      this.#emit(row);
      return;
    }
    this.#suppressed += 1;
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref();
  }

  /** Writes the row with the count, if one is due. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#suppressed === 0) return;
    const count = this.#suppressed;
    this.#suppressed = 0;
    this.#emit({
      serverId: this.#options.serverId,
      at: new Date(this.#options.now()),
      host: '',
      method: '',
      status: null,
      requestBytes: 0,
      responseBytes: 0,
      ms: 0,
      decision: 'denied',
      reason: 'rows_suppressed',
      sentence: `${count} more refused requests of the last minute are not listed one by one.`,
      secrets: [],
      count,
    });
  }

  #startWindow(): void {
    this.flush();
    this.#windowStartMs = this.#options.now();
    this.#deniedInWindow = 0;
  }

  /** A log that fails must not let a request through or stop one. */
  #emit(row: EgressRow): void {
    try {
      this.#options.onRow(row);
    } catch {
      // The receiver of rows is responsible for its own failures.
    }
  }
}
