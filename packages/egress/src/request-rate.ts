const WINDOW_MS = 60_000;

/** Counts requests in windows of a minute; refused ones count as well, because looking at them costs time too. */
export class RequestRate {
  readonly #perMinuteMax: number;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(perMinuteMax: number) {
    this.#perMinuteMax = perMinuteMax;
  }

  /** False when this request is one too many. */
  admit(nowMs: number): boolean {
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#perMinuteMax;
  }
}
