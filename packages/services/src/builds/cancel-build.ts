import { getBuildInOrg, requestCancellation } from '@bmm/db';
import { AppError, type BuildSummary } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';
import { enqueueBuild } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';
import { toBuildSummary } from './to-build.ts';

/** Asks the worker to end a build; it fails with `build_cancelled` within a few seconds. @throws AppError `not_found`, `conflict` */
export async function cancelBuild(ctx: Ctx, buildId: string): Promise<{ build: BuildSummary }> {
  requireScope(ctx, 'servers:write');
  await getBuildInOrg(ctx.db, ctx.org.id, buildId);
  const row = await ctx.db.transaction(async (tx) => {
    const cancelled = await requestCancellation(tx, ctx.org.id, buildId);
    if (cancelled === undefined) throw new AppError('conflict', 'The build has already ended.');
    await recordAudit(tx, ctx, { action: 'build.cancel', resourceType: 'build', resourceId: buildId });
    return cancelled;
  });
  await ctx.bus
    .publish(CANCEL_TOPIC, { buildId })
    .catch((error: unknown) => ctx.onBackgroundError('publish cancellation', error));
  await enqueueBuild(ctx, row.id);
  return { build: toBuildSummary(row, null) };
}

/** Bus topic on which workers hear of a cancellation at once; without it they notice with their next heartbeat. */
export const CANCEL_TOPIC = 'build-cancel';
