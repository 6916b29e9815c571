export interface Slots {
  /** Waits for its turn; resolves at once when everything is open. */
  take(): Promise<void>;
  takeIfFree(): boolean;
  giveBack(): void;
  /** Lets everybody through who waits or comes: the caller has its own way to say that nothing starts any more. */
  open(): void;
}

/** Bounds how much runs at the same time, whoever started it. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const takeIfFree = (): boolean => {
    if (free <= 0) return false;
    free -= 1;
    return true;
  };
  return {
    takeIfFree,
    async take() {
      if (!takeIfFree()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    giveBack() {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
    open() {
      free = Number.POSITIVE_INFINITY;
      for (const next of waiting.splice(0)) next();
    },
  };
}
