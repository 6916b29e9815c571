import { getServerInOrg, listBuildsOfServer, listSecretNames } from '@bmm/db';
import type { ServerResponse } from '@bmm/types';
import { toBuildSummary } from '../builds/to-build.ts';
import { type Ctx, requireScope } from '../context.ts';
import { toServerDetail } from './to-server.ts';

const BUILDS_SHOWN = 10;

/** @throws AppError `not_found` */
export async function getServer(ctx: Ctx, serverId: string): Promise<ServerResponse> {
  requireScope(ctx, 'servers:read');
  const { server, version } = await getServerInOrg(ctx.db, ctx.org.id, serverId);
  const [secretNames, builds] = await Promise.all([
    listSecretNames(ctx.db, ctx.org.id, server.id),
    listBuildsOfServer(ctx.db, ctx.org.id, server.id, BUILDS_SHOWN),
  ]);
  return {
    server: toServerDetail(ctx.urls, server, version, secretNames),
    builds: builds.map((row) => toBuildSummary(row.build, row.versionNumber)),
  };
}
