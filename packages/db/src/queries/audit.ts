import { newId } from '@bmm/types';
import type { Queryable } from '../database.ts';
import { auditEvent } from '../schema/index.ts';

export interface AuditEntry {
  orgId: string;
  actorUserId?: string | undefined;
  actorApiKeyId?: string | undefined;
  action: string;
  resourceType: string;
  resourceId: string;
  metadata?: Record<string, unknown>;
  ip?: string | undefined;
}

/** Written in the transaction of the act itself, so that neither exists without the other. */
export async function insertAuditEvent(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.insert(auditEvent).values({ id: newId('audit'), ...entry });
}
