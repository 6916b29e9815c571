import { lockServerInOrg, type ServerRow, updateServer as updateServerRow } from '@bmm/db';
import { AppError, parseInput, type ServerResponse, type ServerState, UpdateServerRequestSchema } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';
import { publishServerChanged } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';
import { getServer } from './get-server.ts';

/** Renames, describes, pauses or resumes. @throws AppError `not_found`, `conflict`, `validation_failed` */
export async function updateServer(ctx: Ctx, serverId: string, raw: unknown): Promise<ServerResponse> {
  requireScope(ctx, 'servers:write');
  const input = parseInput(UpdateServerRequestSchema, raw);
  const after = await ctx.db.transaction(async (tx) => {
    const before = await lockServerInOrg(tx, ctx.org.id, serverId);
    const row = await updateServerRow(tx, before, {
      ...(input.name === undefined ? {} : { name: input.name }),
      ...(input.description === undefined ? {} : { description: input.description }),
      ...(input.paused === undefined ? {} : { state: stateFor(before, input.paused) }),
    });
    await recordAudit(tx, ctx, {
      action: 'server.update',
      resourceType: 'server',
      resourceId: row.id,
      metadata: { before: { name: before.name, state: before.state }, after: { name: row.name, state: row.state } },
    });
    return row;
  });
  await publishServerChanged(ctx, { serverId: after.id, slug: after.slug });
  return getServer(ctx, serverId);
}

function stateFor(server: ServerRow, paused: boolean): ServerState {
  if (paused) {
    if (server.state === 'live' || server.state === 'sleeping' || server.state === 'paused') return 'paused';
    throw new AppError('conflict', 'Only a server that is live can be paused.');
  }
  if (server.state !== 'paused') throw new AppError('conflict', 'The server is not paused.');
  return 'live';
}
