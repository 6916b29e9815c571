import { findUnfinishedBuild, insertBuild, lockServerInOrg } from '@bmm/db';
import { AppError, type BuildSummary, IterateRequestSchema, parseInput } from '@bmm/types';
import { toBuildSummary } from '../builds/to-build.ts';
import { type Ctx, requireScope } from '../context.ts';
import { enqueueBuild } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';
import { storeSecrets } from './store-secrets.ts';

/** Starts the build of a next version; the version that serves now goes on until the new one is live. */
export async function iterateServer(ctx: Ctx, serverId: string, raw: unknown): Promise<{ build: BuildSummary }> {
  requireScope(ctx, 'servers:write');
  const input = parseInput(IterateRequestSchema, raw);
  const build = await ctx.db.transaction(async (tx) => {
    const server = await lockServerInOrg(tx, ctx.org.id, serverId);
    if (await findUnfinishedBuild(tx, ctx.org.id, server.id)) {
      throw new AppError('build_in_progress', 'A build of this server is running. Wait for it to end, or cancel it.');
    }
    await storeSecrets(tx, ctx, server.id, input.secrets ?? {});
    const row = await insertBuild(tx, {
      orgId: ctx.org.id,
      serverId: server.id,
      kind: 'iterate',
      prompt: input.prompt,
      ...(server.activeVersionId === null ? {} : { baseVersionId: server.activeVersionId }),
    });
    await recordAudit(tx, ctx, {
      action: 'server.iterate',
      resourceType: 'server',
      resourceId: server.id,
      metadata: { buildId: row.id },
    });
    return row;
  });
  await enqueueBuild(ctx, build.id);
  return { build: toBuildSummary(build, null) };
}
