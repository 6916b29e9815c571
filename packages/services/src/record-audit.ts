import { insertAuditEvent, type Queryable } from '@bmm/db';
import type { Ctx } from './context.ts';

export interface AuditedAct {
  action: string;
  resourceType: string;
  resourceId: string;
  metadata?: Record<string, unknown>;
}

/** Call it in the transaction of the act. */
export async function recordAudit(tx: Queryable, ctx: Pick<Ctx, 'org' | 'actor'>, act: AuditedAct): Promise<void> {
  await insertAuditEvent(tx, {
    orgId: ctx.org.id,
    actorUserId: ctx.actor.userId,
    actorApiKeyId: ctx.actor.apiKeyId,
    ip: ctx.actor.ip,
    ...act,
  });
}
