import { findProtectedServer, type ProtectedServerRow } from '@bmm/db';
import { isSlug } from '@bmm/types';
import type { OAuthRoutesOptions } from './oauth-options.ts';

/** The server whose URL this is to the letter, while it may be connected to; never a prefix, an alias or another host. */
export async function findConnectableServer(
  { db, config }: Pick<OAuthRoutesOptions, 'db' | 'config'>,
  resource: string,
): Promise<ProtectedServerRow | undefined> {
  const slug = URL.canParse(resource) ? config.urls.slugOf(new URL(resource)) : undefined;
  if (slug === undefined || !isSlug(slug) || config.urls.mcpUrl(slug) !== resource) return undefined;
  const server = await findProtectedServer(db, slug);
  return server === undefined || !isConnectable(server.state) ? undefined : server;
}

/** A server that is paused or taken down gives out no new connections. */
export function isConnectable(state: ProtectedServerRow['state']): boolean {
  return state !== 'paused' && state !== 'taken_down';
}
