import { Secret } from '@bmm/types';

const KEY_BYTES = 32;
/** The value in `.env.example`: public, so it protects nothing. */
const EXAMPLE_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

/**
 * Reads a 256-bit key from 64 hexadecimal digits.
 * @throws TypeError with a sentence for the operator, when the key is missing, of another length or no secret at all
 */
export function parseMasterKey(hex: string): Secret<Buffer> {
  if (!/^[0-9a-fA-F]{64}$/.test(hex))
    throw new TypeError('The master key must be 64 hexadecimal digits (32 bytes). Make one with: openssl rand -hex 32');
  const key = Buffer.from(hex, 'hex');
  const first = key[0];
  if (first === 0 && key.every((byte) => byte === 0))
    throw new TypeError('The master key is all zeros, which protects nothing. Make one with: openssl rand -hex 32');
  if (key.every((byte, index) => byte === key[index % 16] && byte === key[index % 8] && byte === key[index % 4]))
    throw new TypeError('The master key repeats itself, so it is not random. Make one with: openssl rand -hex 32');
  if (hex.toLowerCase() === EXAMPLE_KEY)
    throw new TypeError(
      'The master key is the one from the example file, which everybody knows. Make one with: openssl rand -hex 32',
    );
  if (key.length !== KEY_BYTES) throw new TypeError('The master key must have 32 bytes.');
  return new Secret(key);
}

export { EXAMPLE_KEY as EXAMPLE_MASTER_KEY };
