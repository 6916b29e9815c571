import vm from 'node:vm';

/**
 * Runs synchronous code and stops it after `limitMs`: a schema that comes from outside can hold a pattern or a chain of
 * references whose evaluation takes longer than the universe has left, and would hold up every other request meanwhile.
 * The code may be cut at any point, so it must own all state that it changes.
 * @returns undefined when the time was up
 */
export function runWithinTime<T>(limitMs: number, run: () => T): { readonly value: T } | undefined {
  const results: { readonly value: T }[] = [];
  const task = () => {
    results.push({ value: run() });
  };
  try {
    vm.runInContext('task()', vm.createContext({ task }), { timeout: limitMs });
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  }
  return results[0];
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
