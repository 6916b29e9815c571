import { type SigningKeys, UNUSED_CLIENT_TTL_MS } from '@bmm/auth';
import { type Database, deleteExpiredOAuthRows } from '@bmm/db';
import type { Logger } from '@bmm/process';

const EVERY_MS = 60 * 60 * 1000;

/** Once an hour, and once at the start: rotate signing keys that are due, forget what has run out. */
export function startHousekeeping({
  db,
  signingKeys,
  now,
  logger,
}: {
  db: Database;
  signingKeys: SigningKeys;
  now(): Date;
  logger: Logger;
}): { stop(): void } {
  const run = async (): Promise<void> => {
    await signingKeys.maintain();
    await deleteExpiredOAuthRows(db, {
      now: now(),
      unusedClientsBefore: new Date(now().getTime() - UNUSED_CLIENT_TTL_MS),
    });
  };
  const runLogged = (): void =>
    void run().catch((error: unknown) => logger.warn({ err: error }, 'housekeeping failed'));
  const timer = setInterval(runLogged, EVERY_MS);
  timer.unref();
  runLogged();
  return { stop: () => clearInterval(timer) };
}
