import { getServerInOrg, listVersions } from '@bmm/db';
import type { VersionListResponse } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';

/** @throws AppError `not_found` */
export async function listServerVersions(ctx: Ctx, serverId: string): Promise<VersionListResponse> {
  requireScope(ctx, 'servers:read');
  const { server } = await getServerInOrg(ctx.db, ctx.org.id, serverId);
  const versions = await listVersions(ctx.db, ctx.org.id, server.id);
  return {
    versions: versions.map((version) => ({
      version: version.number,
      sha256: version.bundleSha256,
      active: version.id === server.activeVersionId,
      toolNames: [...version.toolNames],
      source: version.source,
      createdAt: version.createdAt.toISOString(),
    })),
  };
}
