import { listServersInOrg } from '@bmm/db';
import type { ServerSummary } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';
import { toServerSummary } from './to-server.ts';

export async function listServers(ctx: Ctx): Promise<{ servers: ServerSummary[] }> {
  requireScope(ctx, 'servers:read');
  const rows = await listServersInOrg(ctx.db, ctx.org.id);
  return {
    servers: rows.map((row) =>
      toServerSummary(ctx.urls, row.server, row.version && { ...row.version, toolCount: row.toolCount }),
    ),
  };
}
