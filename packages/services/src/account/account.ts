import {
  deleteOrganization,
  deleteUser,
  insertAuditEvent,
  listOrganizationsOnlyOf,
  listOrganizationsSharedBy,
  listServerSlugs,
  revokeFamiliesOfServers,
  revokeFamiliesOfUser,
} from '@bmm/db';
import { AppError, DeleteAccountRequestSchema, type MeResponse, parseInput } from '@bmm/types';
import { accessTokensEndAt } from '../access-tokens-end.ts';
import type { Ctx } from '../context.ts';
import { publishServerChanged } from '../publish.ts';

export function getMe(ctx: Ctx): MeResponse {
  return {
    user: { id: ctx.actor.userId, email: ctx.actor.email, name: ctx.actor.name },
    organization: { id: ctx.org.id, name: ctx.org.name },
  };
}

/**
 * Deletes the account and every organisation that has nobody else: their servers stop and are gone, and so are the
 * accesses that clients have to them, or through this account to servers of others.
 * @throws AppError `validation_failed` when the typed address is not the account's
 */
export async function deleteAccount(ctx: Ctx, raw: unknown): Promise<void> {
  if (ctx.actor.apiKeyId !== undefined)
    throw new AppError('forbidden', 'An account is deleted in the dashboard, not with an API key.');
  const { confirm } = parseInput(DeleteAccountRequestSchema, raw);
  if (confirm.trim().toLowerCase() !== ctx.actor.email.toLowerCase()) {
    throw new AppError('validation_failed', 'Type the e-mail address of this account to confirm.');
  }
  const stopped = await ctx.db.transaction(async (tx) => {
    const orgIds = await listOrganizationsOnlyOf(tx, ctx.actor.userId);
    const servers = await listServerSlugs(tx, orgIds);
    const endAt = accessTokensEndAt(new Date());
    await revokeFamiliesOfServers(
      tx,
      servers.map(({ id }) => id),
      endAt,
    );
    await revokeFamiliesOfUser(tx, ctx.actor.userId, endAt);
    for (const orgId of await listOrganizationsSharedBy(tx, ctx.actor.userId)) {
      const { userId, ip } = ctx.actor;
      await insertAuditEvent(tx, {
        orgId,
        actorUserId: userId,
        ip,
        action: 'account.delete',
        resourceType: 'user',
        resourceId: userId,
      });
    }
    for (const orgId of orgIds) await deleteOrganization(tx, orgId);
    await deleteUser(tx, ctx.actor.userId);
    return servers;
  });
  for (const server of stopped) await publishServerChanged(ctx, { serverId: server.id, slug: server.slug });
}
