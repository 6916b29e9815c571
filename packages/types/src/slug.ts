import { z } from 'zod';

export const SLUG_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Words that are or may become a path segment or host label of the platform itself. */
export const RESERVED_SLUGS: ReadonlySet<string> = new Set(
  `about account admin api app apps assets auth authorize billing blog build builds callback cdn changelog client
  clients connect consent console contact dashboard dev docs download error events favicon ftp health help home host
  image images imprint index jwks keys legal login logout mail mcp me metrics new news null oauth openid
  organization org orgs pricing privacy public register revoke robots root s search secure security server servers
  session settings sign-in sign-out signin signup sitemap smtp sse static status support system team template
  templates terms test token undefined user users v1 v2 well-known www`.split(/\s+/),
);

/** A slug as it may stand in a URL; says nothing about whether it is free. */
export const SlugSchema = z.string().regex(SLUG_PATTERN);

export function isSlug(value: unknown): value is string {
  return typeof value === 'string' && SLUG_PATTERN.test(value);
}

/** Why a slug cannot be used for a new server, as a sentence, or undefined when it can. */
export function slugProblem(slug: string): string | undefined {
  if (slug === '') return 'Enter a slug.';
  if (!SLUG_PATTERN.test(slug))
    return 'Use 1 to 64 lower-case letters, digits and hyphens; the first character is a letter or digit.';
  if (RESERVED_SLUGS.has(slug)) return `"${slug}" is a word that the platform uses itself. Choose another slug.`;
  return undefined;
}

/** Proposes a slug for a name: lower case, hyphens, at most 48 characters; empty when nothing is left of it. */
export function toSlug(name: string): string {
  const base = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 48)
    .replace(/-+$/, '');
  return RESERVED_SLUGS.has(base) ? `${base}-server` : base;
}
