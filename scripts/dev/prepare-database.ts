import { migrateDatabase } from '@bmm/db';
import { prepareQueueBackend } from '@bmm/queue';
import { StopReason } from './stop-reason.ts';

/** Brings the schema and the queue's tables up to date; safe beside other processes that do the same. */
export async function prepareDatabase(url: string): Promise<void> {
  try {
    await migrateDatabase(url);
    await prepareQueueBackend(url);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StopReason(`The database could not be brought up to date: ${reason}`, { cause });
  }
}
