'use client';

import { useState } from 'react';
import { toFailure } from './api-error.ts';

export interface Action<Args extends readonly unknown[]> {
  readonly busy: boolean;
  /** Why the last run failed, as a sentence. */
  readonly failure: string | undefined;
  readonly run: (...args: Args) => void;
}

/** An action that a person starts: whether it runs and why it failed. */
export function useAction<Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const run = async (...args: Args) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await act(...args);
    } catch (error) {
      setFailure(toFailure(error).sentence);
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, run: (...args) => void run(...args) };
}
