/**
 * Values at rest under AES-256-GCM. Threat: somebody who can read or write the database. Reading gives ciphertext;
 * moving a sealed value to another row, or to another kind of value, breaks the tag, because both are authenticated.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from '@bmm/types';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const FORMAT = 'v1.';

/** What a sealed value is bound to. */
export interface SealContext {
  /** The kind of value, such as `server-secret`. */
  purpose: string;
  /** Everything that identifies its row. */
  rowId: string;
}

export interface SealedValue {
  keyId: string;
  sealed: string;
}

export interface Sealer {
  seal(plaintext: string, context: SealContext): SealedValue;
  /** @throws UnsealError when the key is unknown or the value was changed or belongs to another row */
  open(value: SealedValue, context: SealContext): Secret<string>;
}

export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

export interface SealerOptions {
  /** 256-bit keys as bytes or as hexadecimal digits, by id; old ones stay so that old rows can be read. */
  keys: Readonly<Record<string, Secret<Buffer | string>>>;
  /** The id of the key that seals. */
  current: string;
}

/** @throws TypeError when `current` is not among the keys or a key does not have 32 bytes */
export function createSealer({ keys, current }: SealerOptions): Sealer {
  const byId = new Map(Object.entries(keys).map(([id, key]) => [id, toKeyBytes(id, key)]));
  const currentKey = byId.get(current);
  if (currentKey === undefined) throw new TypeError(`There is no key "${current}" to seal with.`);

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', currentKey, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(additionalData(current, context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const sealed = FORMAT + Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
      return { keyId: current, sealed };
    },
    open({ keyId, sealed }, context) {
      const key = byId.get(keyId);
      if (key === undefined) throw new UnsealError(`The value was sealed with the key "${keyId}", which is not here.`);
      if (!sealed.startsWith(FORMAT)) throw new UnsealError('The value has an unknown format.');
      const bytes = Buffer.from(sealed.slice(FORMAT.length), 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new UnsealError('The value is too short.');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(additionalData(keyId, context));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const plaintext = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
        return new Secret(plaintext.toString('utf8'));
      } catch (cause) {
        throw new UnsealError('The value was changed or belongs to another row.', { cause });
      }
    },
  };
}

/** A key of its own for one purpose (HKDF-SHA256), so that a master key is never used for two things. */
export function deriveKey(master: Secret<Buffer>, purpose: string): Secret<Buffer> {
  return new Secret(Buffer.from(hkdfSync('sha256', master.reveal(), '', `bmm/${purpose}`, KEY_BYTES)));
}

function toKeyBytes(id: string, key: Secret<Buffer | string>): Buffer {
  const value = key.reveal();
  const bytes = typeof value === 'string' ? Buffer.from(value, 'hex') : value;
  if (bytes.length !== KEY_BYTES) throw new TypeError(`The key "${id}" must have 32 bytes.`);
  return bytes;
}

/** JSON keeps the parts apart, so that no two contexts give the same bytes. */
function additionalData(keyId: string, { purpose, rowId }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, keyId, purpose, rowId]));
}
