import type { Logger } from './create-logger.ts';

export interface RunUntilStoppedOptions {
  logger: Logger;
  /** Ends everything in order; a second call is never made. */
  close(): Promise<void>;
  /** After this the process ends even if `close` has not come back. */
  closeWithinMs: number;
  /** Also end when standard input closes, which happens when the process that started this one is gone, however it died. */
  withParent: boolean;
}

/** Keeps a long-lived process until SIGTERM, SIGINT or the end of its parent, then closes it once and exits. */
export function runUntilStopped({ logger, close, closeWithinMs, withParent }: RunUntilStoppedOptions): void {
  let stopping = false;
  const stop = (reason: string, exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), closeWithinMs).unref();
    close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        logger.error({ err: error }, 'could not close cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM', 0));
  process.once('SIGINT', () => stop('SIGINT', 0));
  process.on('uncaughtException', (error) => {
    logger.error({ err: error }, 'uncaught exception');
    stop('uncaught exception', 1);
  });
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'unhandled rejection');
    stop('unhandled rejection', 1);
  });
  if (withParent) {
    process.stdin.on('end', () => stop('the parent process is gone', 0));
    process.stdin.on('error', () => stop('the parent process is gone', 0));
    process.stdin.resume();
  }
}
