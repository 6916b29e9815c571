import { AppError } from '@bmm/types';
import { REVOCATIONS_INTERVAL_MS } from './constants.ts';

/** Token families that end before their tokens do. */
export interface Revocations extends AsyncDisposable {
  /** @throws AppError `unavailable` until the list was read once: what may be revoked is not let in */
  isRevoked(familyId: string): boolean;
  /** Reads the list again; a failure keeps the last one and is reported. */
  refresh(): Promise<void>;
}

export function createRevocations(
  load: () => Promise<readonly string[]>,
  onError: (error: unknown) => void,
): Revocations {
  let families: ReadonlySet<string> | undefined;
  const refresh = async () => {
    try {
      families = new Set(await load());
    } catch (error) {
      onError(error);
    }
  };
  const timer = setInterval(() => void refresh(), REVOCATIONS_INTERVAL_MS).unref();
  return {
    isRevoked(familyId) {
      if (families === undefined)
        throw new AppError('unavailable', 'Access cannot be checked at the moment. Try again.', {
          retryAfterSeconds: 2,
        });
      return families.has(familyId);
    },
    refresh,
    [Symbol.asyncDispose]: async () => clearInterval(timer),
  };
}
