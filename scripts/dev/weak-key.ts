import { AUTH_SECRET_LENGTH_MIN, DISTINCT_BYTES_MIN, ENCRYPTION_KEY_BYTES } from './constants.ts';

/** What is wrong with a 32-byte key in hex, as the end of a sentence, or undefined when it looks random. */
export function findEncryptionKeyFault(value: string): string | undefined {
  if (!/^[0-9a-f]+$/i.test(value) || value.length !== ENCRYPTION_KEY_BYTES * 2) {
    return `is not ${ENCRYPTION_KEY_BYTES} bytes in hex (${ENCRYPTION_KEY_BYTES * 2} digits)`;
  }
  const bytes = Buffer.from(value, 'hex');
  if (bytes.every((byte) => byte === 0)) return 'is all zeros';
  if (new Set(bytes).size < DISTINCT_BYTES_MIN || isSequence(bytes)) return 'repeats a pattern, like an example';
  return undefined;
}

/** The same for the secret that signs sessions, which may be any text. */
export function findAuthSecretFault(value: string): string | undefined {
  if (value.length < AUTH_SECRET_LENGTH_MIN) return `is shorter than ${AUTH_SECRET_LENGTH_MIN} characters`;
  if (/change|example|placeholder|secret|password|your[-_ ]/i.test(value)) return 'looks like an example';
  if (new Set(value).size < DISTINCT_BYTES_MIN / 2) return 'repeats a pattern, like an example';
  return undefined;
}

/** 00 01 02 … and the like: every byte differs, yet everybody knows the key. */
function isSequence(bytes: Buffer): boolean {
  const [first = 0, second = 0] = bytes;
  return bytes.every((byte, index) => byte === ((first + index * (second - first)) & 0xff));
}
