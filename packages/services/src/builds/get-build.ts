import { getBuildInOrg, listBuildEvents } from '@bmm/db';
import type { BuildResponse } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';
import { toBuildSummary } from './to-build.ts';

/** @throws AppError `not_found` */
export async function getBuild(ctx: Ctx, buildId: string): Promise<BuildResponse> {
  requireScope(ctx, 'servers:read');
  const { build, versionNumber } = await getBuildInOrg(ctx.db, ctx.org.id, buildId);
  return {
    build: toBuildSummary(build, versionNumber),
    events: await listBuildEvents(ctx.db, ctx.org.id, build.id, 0),
  };
}
