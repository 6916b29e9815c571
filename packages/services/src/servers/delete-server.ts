import { deleteServerInOrg, getServerInOrg, revokeFamiliesOfServers } from '@bmm/db';
import { AppError } from '@bmm/types';
import { accessTokensEndAt } from '../access-tokens-end.ts';
import { type Ctx, requireScope } from '../context.ts';
import { publishServerChanged } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';

/** Deletes a server with its versions, builds, secrets and grants; gateways end its sandbox. The slug is never given away again. */
export async function deleteServer(ctx: Ctx, serverId: string): Promise<void> {
  requireScope(ctx, 'servers:write');
  const deleted = await ctx.db.transaction(async (tx) => {
    const { server } = await getServerInOrg(tx, ctx.org.id, serverId);
    // Gateways may know the route for a moment longer; the tokens end with the server.
    await revokeFamiliesOfServers(tx, [server.id], accessTokensEndAt(new Date()));
    const row = await deleteServerInOrg(tx, ctx.org.id, serverId);
    if (row === undefined) throw new AppError('not_found', 'There is no such server.');
    await recordAudit(tx, ctx, {
      action: 'server.delete',
      resourceType: 'server',
      resourceId: row.id,
      metadata: { slug: row.slug, name: row.name },
    });
    return row;
  });
  await publishServerChanged(ctx, { serverId: deleted.id, slug: deleted.slug });
}
