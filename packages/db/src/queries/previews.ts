import { newId } from '@bmm/types';
import { and, eq, gt, lt, sql } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import { preview } from '../schema/index.ts';

export type PreviewRow = typeof preview.$inferSelect;

export async function insertPreview(
  db: Queryable,
  values: Omit<typeof preview.$inferInsert, 'id' | 'createdAt'>,
): Promise<PreviewRow> {
  const [row] = await db
    .insert(preview)
    .values({ id: newId('preview'), ...values })
    .returning();
  if (row === undefined) throw new Error('insert returned no row');
  return row;
}

export async function findLivePreview(
  db: Queryable,
  orgId: string,
  previewId: string,
): Promise<PreviewRow | undefined> {
  const [row] = await db
    .select()
    .from(preview)
    .where(and(eq(preview.id, previewId), eq(preview.orgId, orgId), gt(preview.expiresAt, sql`now()`)));
  return row;
}

export async function deleteExpiredPreviews(db: Queryable): Promise<void> {
  await db.delete(preview).where(lt(preview.expiresAt, sql`now()`));
}
