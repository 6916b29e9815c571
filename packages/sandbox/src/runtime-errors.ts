/** What the runtime's error output says about its end. It also holds host paths, so only known parts of it go further. */

export const isOutOfMemory = (stderr: string): boolean => /out of memory|allocation failed|bad_alloc/i.test(stderr);

/** Why the runtime refused the tool code at start; undefined when it does not say. */
export function findLoadError(stderr: string): string | undefined {
  const [, error, line, column] = /^service guest: Uncaught (.+)(?:\n\s+at tools\.js:(\d+):(\d+))?/m.exec(stderr) ?? [];
  if (error === undefined) return isOutOfMemory(stderr) ? 'it ran out of memory' : undefined;
  const message = error.slice(0, 500);
  return line === undefined ? message : `${message} (line ${line}, column ${column})`;
}

/** What a program that wraps the runtime said before it gave up; undefined when it was the runtime that ended. */
export const findWrapperError = (stderr: string): string | undefined =>
  /^(?:bwrap|setpriv|prlimit|unshare|sandbox|sh): .+$/m.exec(stderr)?.[0];
