import { and, eq, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { serverSecret } from '../schema/index.ts';

export async function upsertServerSecret(
  tx: Queryable,
  values: { orgId: string; serverId: string; name: string; keyId: string; sealed: string },
): Promise<void> {
  const { keyId, sealed } = values;
  await tx
    .insert(serverSecret)
    .values(values)
    .onConflictDoUpdate({
      target: [serverSecret.serverId, serverSecret.name],
      set: { keyId, sealed, updatedAt: sql`now()` },
    });
}

export async function listSecretNames(db: Queryable, orgId: string, serverId: string): Promise<string[]> {
  const rows = await db
    .select({ name: serverSecret.name })
    .from(serverSecret)
    .where(and(eq(serverSecret.orgId, orgId), eq(serverSecret.serverId, serverId)));
  return rows.map((row) => row.name);
}
