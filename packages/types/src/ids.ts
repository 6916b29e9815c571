import { z } from 'zod';

/** The kinds of things that have an id of their own; the prefix tells them apart in logs and URLs. */
export const ID_PREFIXES = {
  server: 'srv',
  version: 'ver',
  build: 'bld',
  lease: 'lse',
  call: 'cal',
  preview: 'prv',
  grant: 'gnt',
  authorizationRequest: 'arq',
  apiKey: 'key',
  audit: 'aud',
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A random id with 120 bits of entropy, such as `srv_7gk2…`. */
export function newId(kind: IdKind): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(24));
  return `${ID_PREFIXES[kind]}_${Array.from(bytes, (byte) => alphabet[byte & 31]).join('')}`;
}

export const IdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);
