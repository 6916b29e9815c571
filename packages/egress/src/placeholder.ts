import { randomBytes } from 'node:crypto';

const RANDOM_BYTES = 16;

/** Source of a regular expression; only characters that no encoder of URLs, JSON, forms or HTML changes. */
export const PLACEHOLDER_PATTERN = `bmm-secret-(?:[a-z0-9]+-){0,64}?[0-9a-f]{${RANDOM_BYTES * 2}}`;

/** An opaque text of 128 random bits that stands for a secret inside the sandbox; the name only helps a person to read it. */
export function newPlaceholder(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `bmm-secret-${label === '' ? '' : `${label}-`}${randomBytes(RANDOM_BYTES).toString('hex')}`;
}
