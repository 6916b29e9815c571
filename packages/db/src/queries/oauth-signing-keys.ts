import { asc, eq, sql } from 'drizzle-orm';
import type { Database, Queryable } from '../database.ts';
import { oauthSigningKey } from '../schema/index.ts';

export type SigningKeyRow = typeof oauthSigningKey.$inferSelect;

function signingKeyQueries(db: Queryable) {
  return {
    list: (): Promise<SigningKeyRow[]> => db.select().from(oauthSigningKey).orderBy(asc(oauthSigningKey.createdAt)),
    async insert(key: SigningKeyRow): Promise<void> {
      await db.insert(oauthSigningKey).values(key);
    },
    async setState(kid: string, state: SigningKeyRow['state'], retireAt: Date | null): Promise<void> {
      await db.update(oauthSigningKey).set({ state, retireAt }).where(eq(oauthSigningKey.kid, kid));
    },
    async delete(kid: string): Promise<void> {
      await db.delete(oauthSigningKey).where(eq(oauthSigningKey.kid, kid));
    },
  };
}

/** The signing keys' store; its lock is a transaction's, so that a process that dies frees it. */
export function createSigningKeyStore(db: Database) {
  return {
    list: () => signingKeyQueries(db).list(),
    withLock: <T>(work: (keys: ReturnType<typeof signingKeyQueries>) => Promise<T>): Promise<T> =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('oauth-signing-keys', 0))`);
        return work(signingKeyQueries(tx));
      }),
  };
}
