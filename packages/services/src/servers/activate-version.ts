import { findVersionByNumber, lockServerInOrg, updateServer } from '@bmm/db';
import { AppError, type ServerResponse } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';
import { publishServerChanged } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';
import { getServer } from './get-server.ts';

/** Makes an earlier (or later) version the one that serves. @throws AppError `not_found` */
export async function activateVersion(ctx: Ctx, serverId: string, versionNumber: number): Promise<ServerResponse> {
  requireScope(ctx, 'servers:write');
  const after = await ctx.db.transaction(async (tx) => {
    const server = await lockServerInOrg(tx, ctx.org.id, serverId);
    const version = await findVersionByNumber(tx, ctx.org.id, { serverId, number: versionNumber });
    if (version === undefined) throw new AppError('not_found', 'There is no such version.');
    const row = await updateServer(tx, server, { activeVersionId: version.id });
    await recordAudit(tx, ctx, {
      action: 'server.activate_version',
      resourceType: 'server',
      resourceId: server.id,
      metadata: { version: versionNumber },
    });
    return row;
  });
  await publishServerChanged(ctx, { serverId: after.id, slug: after.slug });
  return getServer(ctx, serverId);
}
