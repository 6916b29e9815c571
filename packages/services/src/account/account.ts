import { deleteOrganization, deleteUser, listOrganizationsOnlyOf, listServersInOrg } from '@bmm/db';
import { AppError, DeleteAccountRequestSchema, type MeResponse, parseInput } from '@bmm/types';
import type { Ctx } from '../context.ts';
import { publishServerChanged } from '../publish.ts';

export function getMe(ctx: Ctx): MeResponse {
  return {
    user: { id: ctx.actor.userId, email: ctx.actor.email, name: ctx.actor.name },
    organization: { id: ctx.org.id, name: ctx.org.name },
  };
}

/**
 * Deletes the account and every organisation that has nobody else: their servers stop and are gone.
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
    const servers = (await Promise.all(orgIds.map((orgId) => listServersInOrg(tx, orgId)))).flat();
    for (const orgId of orgIds) await deleteOrganization(tx, orgId);
    await deleteUser(tx, ctx.actor.userId);
    return servers.map((row) => row.server);
  });
  for (const server of stopped) await publishServerChanged(ctx, { serverId: server.id, slug: server.slug });
}
