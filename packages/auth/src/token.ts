import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits for a code, a ticket, a cookie or a refresh token. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored in place of a token; a fast hash is enough for 256 random bits. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares without telling by its duration where two values differ. */
export function isSameText(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
