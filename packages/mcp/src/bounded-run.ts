import vm from 'node:vm';

/** Work was stopped because its time was up. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
}

const box: { job: () => void } = { job: () => undefined };
const context = vm.createContext(Object.assign(Object.create(null), { run: () => box.job() }));
const script = new vm.Script('run()');

/**
 * Runs synchronous work of ours on hostile data and stops it after `timeoutMs`, wherever it is, even inside one regular
 * expression; costs about 0.3 ms. It is a clock, not a boundary: the work must be our own code.
 * @throws TimeUpError
 */
export function runWithin<T>(timeoutMs: number, work: () => T): T {
  let result: { value: T } | undefined;
  box.job = () => {
    result = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: timeoutMs });
  } catch (error) {
    if (isTimeout(error)) throw new TimeUpError(`The work took longer than ${timeoutMs} ms.`);
    throw error;
  } finally {
    box.job = () => undefined;
  }
  if (result === undefined) throw new TimeUpError('The work gave no result.');
  return result.value;
}

function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
