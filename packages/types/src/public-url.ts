import { isSlug, SLUG_PATTERN } from './slug.ts';

const placeholder = '{slug}';

/** Where hosted servers are reached from outside; built once from the setting, asked everywhere. */
export interface PublicUrls {
  /** Origin of the gateway, which is also the issuer of the authorization server, without a trailing slash. */
  readonly issuer: string;
  /** The URL a client is given; also the resource identifier (RFC 8707) and the audience of its tokens. */
  mcpUrl(slug: string): string;
  /** RFC 9728 §3.1: the well-known segment goes between host and path. */
  protectedResourceMetadataUrl(slug: string): string;
  /** The slug that an absolute URL addresses, or undefined when it is no MCP URL of ours. */
  slugOf(url: URL): string | undefined;
  /** The slug that a path addresses at the Host it was sent to; the host says nothing where the slug stands in the path. */
  slugAt(host: string, path: string): string | undefined;
}

/**
 * @param issuer origin such as `https://mcp.example.com`
 * @param template URL with `{slug}` once, in the path (`https://mcp.example.com/s/{slug}/mcp`) or as the first host
 *   label (`https://{slug}.mcp.example.com/mcp`)
 * @throws TypeError when the template is not such a URL
 */
export function publicUrls(issuer: string, template: string): PublicUrls {
  const parts = template.split(placeholder);
  if (parts.length !== 2 || !URL.canParse(template.replace(placeholder, 'x'))) {
    throw new TypeError(`The public URL template must be a URL that contains ${placeholder} once: ${template}`);
  }
  const sample = new URL(template.replace(placeholder, 'x'));
  if (sample.hash !== '' || sample.search !== '')
    throw new TypeError('The public URL template has no query and no fragment.');
  const [before = '', after = ''] = parts;
  const pattern = new RegExp(`^${escapeRegExp(before)}(${SLUG_PATTERN.source.slice(1, -1)})${escapeRegExp(after)}$`);
  const origin = new URL(issuer).origin;

  const mcpUrl = (slug: string): string => {
    if (!isSlug(slug)) throw new TypeError('not a slug');
    return `${before}${slug}${after}`;
  };
  const slugOf = (url: URL): string | undefined => pattern.exec(`${url.origin}${url.pathname}`)?.[1];
  const isSlugInHost = new URL(mcpUrl('a')).host !== new URL(mcpUrl('b')).host;
  return {
    issuer: origin,
    mcpUrl,
    protectedResourceMetadataUrl(slug) {
      const url = new URL(mcpUrl(slug));
      return `${url.origin}/.well-known/oauth-protected-resource${url.pathname}`;
    },
    slugOf,
    slugAt(host, path) {
      const text = `${isSlugInHost ? `${sample.protocol}//${host}` : sample.origin}${path}`;
      if (!URL.canParse(text)) return undefined;
      const url = new URL(text);
      // A path that changes when it is resolved (`/s/a/../b/mcp`) is another one for a proxy in front than for us.
      return `${url.pathname}${url.search}` === path ? slugOf(url) : undefined;
    },
  };
}

function escapeRegExp(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
