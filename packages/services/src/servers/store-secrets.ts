import { type Queryable, upsertServerSecret } from '@bmm/db';
import type { Ctx } from '../context.ts';

/** The context that a server's secret is sealed with; the row it belongs to and nothing else. */
export const secretContext = (serverId: string, name: string) => ({
  purpose: 'server-secret',
  rowId: `${serverId}:${name}`,
});

export async function storeSecrets(
  tx: Queryable,
  ctx: Pick<Ctx, 'org' | 'sealer'>,
  serverId: string,
  secrets: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    await upsertServerSecret(tx, {
      orgId: ctx.org.id,
      serverId,
      name,
      ...ctx.sealer.seal(value, secretContext(serverId, name)),
    });
  }
}
