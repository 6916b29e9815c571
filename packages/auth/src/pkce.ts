import { createHash } from 'node:crypto';
import { isSameText } from './token.ts';

/** RFC 7636 §4.2: base64url of a SHA-256 digest. */
export function isS256Challenge(value: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(value);
}

/** RFC 7636 §4.1: 43 to 128 unreserved characters. */
export function isCodeVerifier(value: string): boolean {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(value);
}

/** RFC 7636 §4.6 with S256, the only method that we take. */
export function verifierMatches(verifier: string, challenge: string): boolean {
  return isCodeVerifier(verifier) && isSameText(createHash('sha256').update(verifier).digest('base64url'), challenge);
}
