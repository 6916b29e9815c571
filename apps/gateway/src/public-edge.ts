// Threat: a page in a victim's browser that talks to a gateway on localhost or in the intranet, by a DNS name that it
// rebinds (Host is then the attacker's) or across origins (Origin is then the attacker's).
import type { IncomingMessage } from 'node:http';
import { isLoopbackUrl } from '@bmm/process';
import { AppError, isSlug, type PublicUrls } from '@bmm/types';
import type { GatewayConfig } from './config.ts';

/** Which of our names a request was sent to, and which server its path and host address. */
export interface PublicEdge {
  /** The slug that an MCP path addresses, whether or not a server has it; undefined for every other path. */
  slugOf(path: string, host: string): string | undefined;
  /** @throws AppError `forbidden` for a Host that is none of ours */
  assertHost(request: IncomingMessage): void;
  /** @throws AppError `foreign_origin`; a request without Origin does not come from a page */
  assertOrigin(request: IncomingMessage): void;
}

type EdgeConfig = Pick<GatewayConfig, 'urls' | 'webOrigin' | 'port'>;

export function createPublicEdge({ urls, webOrigin, port }: EdgeConfig): PublicEdge {
  const template = new URL(urls.mcpUrl('slug'));
  const isHostTemplate = new URL(urls.mcpUrl('other')).host !== template.host;
  const hosts = new Set([new URL(urls.issuer).host, ...(isHostTemplate ? [] : [template.host])]);
  if (isLoopbackUrl(urls.issuer)) {
    for (const name of ['localhost', '127.0.0.1', '[::1]']) hosts.add(`${name}:${port}`);
  }
  const originOf = (host: string) => (isHostTemplate ? `${template.protocol}//${host}` : template.origin);
  const isOurHost = (host: string) => hosts.has(host) || (isHostTemplate && isHostOfServer(host, urls));
  const ownOrigins = new Set([urls.issuer, webOrigin]);
  return {
    slugOf: (path, host) => urls.slugAt(host, path),
    assertHost({ headers: { host } }) {
      if (host === undefined || !isOurHost(host.toLowerCase()))
        throw new AppError('forbidden', 'The Host header does not name this gateway.');
    },
    assertOrigin({ headers }) {
      const { origin, host } = headers;
      if (origin === undefined || ownOrigins.has(origin)) return;
      if (isHostTemplate && host !== undefined && isOurHost(host) && origin === originOf(host)) return;
      throw new AppError('foreign_origin', 'Pages of other sites may not call this server.');
    },
  };
}

function isHostOfServer(host: string, urls: PublicUrls): boolean {
  const [before = '', after = ''] = new URL(urls.mcpUrl('slug-slug')).host.split('slug-slug');
  if (!host.startsWith(before) || !host.endsWith(after)) return false;
  const label = host.slice(before.length, host.length - after.length);
  return isSlug(label);
}
