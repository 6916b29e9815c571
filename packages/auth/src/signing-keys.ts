/**
 * The keys that sign access tokens: next → active → retired. Threat: a verifier that does not know a key yet refuses
 * good tokens, and one that forgot a key too early does so too; a stolen database must not yield a key.
 * The next key is published before it signs, a retired one until its last token has expired; private keys are sealed.
 */
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import {
  SIGNING_ALGORITHM,
  SIGNING_KEY_ACTIVE_MS,
  SIGNING_KEY_CACHE_MS,
  SIGNING_KEY_PUBLISH_MS,
  SIGNING_KEY_RETIRE_MS,
} from './constants.ts';
import type { Sealer } from './seal.ts';

export type SigningKeyState = 'next' | 'active' | 'retired';

export interface StoredSigningKey {
  kid: string;
  algorithm: string;
  publicJwk: Record<string, unknown>;
  /** Sealed private JWK with the id of the sealing key in front: `<keyId>:<sealed>`. */
  privateJwkSealed: string;
  state: SigningKeyState;
  createdAt: Date;
  retireAt: Date | null;
}

export interface SigningKeyTransaction {
  list(): Promise<StoredSigningKey[]>;
  insert(key: StoredSigningKey): Promise<void>;
  setState(kid: string, state: SigningKeyState, retireAt: Date | null): Promise<void>;
  delete(kid: string): Promise<void>;
}

export interface SigningKeyStore {
  list(): Promise<StoredSigningKey[]>;
  /** Runs `work` in a transaction while no other process does. */
  withLock<T>(work: (keys: SigningKeyTransaction) => Promise<T>): Promise<T>;
}

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
}

export interface SigningKeys {
  active(): Promise<SigningKey>;
  /** The public keys as RFC 7517 has them. */
  jwks(): Promise<{ keys: JWK[] }>;
  /** Makes what is missing, rotates what is due, deletes what is over; call it once an hour. */
  maintain(): Promise<void>;
  /** @throws Error when the next key has not been published long enough */
  rotate(): Promise<void>;
}

const PURPOSE = 'oauth-signing-key';

interface LoadedKeys {
  loadedAt: number;
  active: SigningKey;
  published: JWK[];
}

export interface SigningKeysOptions {
  store: SigningKeyStore;
  sealer: Sealer;
  now(): Date;
}

export function createSigningKeys({ store, sealer, now }: SigningKeysOptions): SigningKeys {
  let loading: Promise<LoadedKeys> | undefined;
  let loaded: LoadedKeys | undefined;

  async function load(): Promise<LoadedKeys> {
    let rows = await store.list();
    if (!rows.some((row) => row.state === 'active')) {
      await maintain();
      rows = await store.list();
    }
    const row = rows.find(({ state }) => state === 'active');
    if (row === undefined) throw new Error('There is no active signing key.');
    const privateKey = await openPrivateKey(row, sealer);
    return {
      loadedAt: now().getTime(),
      active: { kid: row.kid, privateKey },
      published: rows.map(({ publicJwk }) => publicJwk),
    };
  }

  async function current(): Promise<LoadedKeys> {
    if (loaded !== undefined && now().getTime() - loaded.loadedAt < SIGNING_KEY_CACHE_MS) return loaded;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    loaded = await loading;
    return loaded;
  }

  async function rotateIn(keys: SigningKeyTransaction, rows: readonly StoredSigningKey[]): Promise<void> {
    const next = rows.find((row) => row.state === 'next');
    if (next === undefined || now().getTime() - next.createdAt.getTime() < SIGNING_KEY_PUBLISH_MS)
      throw new Error('The next signing key has not been published long enough; try again in a quarter of an hour.');
    const retireAt = new Date(now().getTime() + SIGNING_KEY_RETIRE_MS);
    for (const row of rows) if (row.state === 'active') await keys.setState(row.kid, 'retired', retireAt);
    await keys.setState(next.kid, 'active', null);
    await keys.insert(await makeKey('next', sealer, now()));
  }

  async function maintain(): Promise<void> {
    await store.withLock(async (keys) => {
      for (const row of await keys.list())
        if (row.state === 'retired' && row.retireAt !== null && row.retireAt <= now()) await keys.delete(row.kid);
      const rows = await keys.list();
      for (const state of ['active', 'next'] as const)
        if (!rows.some((row) => row.state === state)) await keys.insert(await makeKey(state, sealer, now()));
      // The next key is made in the moment in which the active one starts to sign, so its age is how long that one signs.
      const next = rows.find((row) => row.state === 'next');
      if (next !== undefined && now().getTime() - next.createdAt.getTime() >= SIGNING_KEY_ACTIVE_MS)
        await rotateIn(keys, rows);
    });
    loaded = undefined;
  }

  return {
    active: async () => (await current()).active,
    jwks: async () => ({ keys: (await current()).published }),
    maintain,
    async rotate() {
      await store.withLock(async (keys) => rotateIn(keys, await keys.list()));
      loaded = undefined;
    },
  };
}

async function makeKey(state: SigningKeyState, sealer: Sealer, createdAt: Date): Promise<StoredSigningKey> {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const { keyId, sealed } = sealer.seal(JSON.stringify(await exportJWK(pair.privateKey)), {
    purpose: PURPOSE,
    rowId: kid,
  });
  return {
    kid,
    algorithm: SIGNING_ALGORITHM,
    publicJwk: { ...publicJwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' },
    privateJwkSealed: `${keyId}:${sealed}`,
    state,
    createdAt,
    retireAt: null,
  };
}

async function openPrivateKey(row: StoredSigningKey, sealer: Sealer): Promise<CryptoKey> {
  const border = row.privateJwkSealed.indexOf(':');
  const value = { keyId: row.privateJwkSealed.slice(0, border), sealed: row.privateJwkSealed.slice(border + 1) };
  const jwk: JWK = JSON.parse(sealer.open(value, { purpose: PURPOSE, rowId: row.kid }).reveal());
  const key = await importJWK(jwk, row.algorithm);
  if (key instanceof Uint8Array) throw new TypeError('A signing key must be an asymmetric one.');
  return key;
}
