import { randomBytes } from 'node:crypto';
import { Secret } from '@bmm/types';
import { beforeEach, expect, test } from 'vitest';
import {
  SIGNING_KEY_ACTIVE_MS,
  SIGNING_KEY_CACHE_MS,
  SIGNING_KEY_PUBLISH_MS,
  SIGNING_KEY_RETIRE_MS,
} from './constants.ts';
import { createSealer, UnsealError } from './seal.ts';
import { createSigningKeys, type SigningKeyStore, type StoredSigningKey } from './signing-keys.ts';

const sealer = createSealer({ keys: { k1: new Secret(randomBytes(32)) }, current: 'k1' });
let rows: StoredSigningKey[];
let time: number;
let store: SigningKeyStore;

beforeEach(() => {
  rows = [];
  time = Date.parse('2026-11-22T12:00:00Z');
  let queue: Promise<unknown> = Promise.resolve();
  const list = async () => rows.map((row) => ({ ...row }));
  const keys = {
    list,
    insert: async (key: StoredSigningKey) => void rows.push(key),
    setState: async (kid: string, state: StoredSigningKey['state'], retireAt: Date | null) => {
      rows = rows.map((row) => (row.kid === kid ? { ...row, state, retireAt } : row));
    },
    delete: async (kid: string) => {
      rows = rows.filter((row) => row.kid !== kid);
    },
  };
  store = {
    list,
    withLock: (work) => {
      const result = queue.then(() => work(keys));
      queue = result.catch(() => undefined);
      return result;
    },
  };
});

const open = () => createSigningKeys({ store, sealer, now: () => new Date(time) });
const states = () => rows.map((row) => row.state).sort();

test('two processes that start at once make one active and one next key', async () => {
  const [one, other] = await Promise.all([open().active(), open().active()]);
  expect(one.kid).toBe(other.kid);
  expect(states()).toEqual(['active', 'next']);
});

test('the next key is published before it signs, and no private part is', async () => {
  const keys = open();
  const { keys: published } = await keys.jwks();
  expect(published.map((jwk) => [jwk.kty, jwk.alg, jwk.use])).toEqual([
    ['EC', 'ES256', 'sig'],
    ['EC', 'ES256', 'sig'],
  ]);
  expect(JSON.stringify(published)).not.toContain('"d"');
  expect(published.map((jwk) => jwk.kid)).toContain(rows.find((row) => row.state === 'next')?.kid);
  await expect(keys.rotate()).rejects.toThrow('published long enough');
});

test('a rotation lets the published key sign and keeps the old one until its tokens have expired', async () => {
  const keys = open();
  const before = await keys.active();
  const next = rows.find((row) => row.state === 'next')?.kid;
  time += SIGNING_KEY_PUBLISH_MS;
  await keys.rotate();
  expect((await keys.active()).kid).toBe(next);
  expect(states()).toEqual(['active', 'next', 'retired']);
  expect((await keys.jwks()).keys.map((jwk) => jwk.kid)).toContain(before.kid);
  time += SIGNING_KEY_RETIRE_MS;
  await keys.maintain();
  expect((await keys.jwks()).keys.map((jwk) => jwk.kid)).not.toContain(before.kid);
});

test('maintenance rotates a key after its quarter of a year, once', async () => {
  const keys = open();
  const before = await keys.active();
  time += SIGNING_KEY_ACTIVE_MS - 1;
  await keys.maintain();
  expect((await keys.active()).kid).toBe(before.kid);
  time += 1;
  await Promise.all([keys.maintain(), open().maintain()]);
  expect((await keys.active()).kid).not.toBe(before.kid);
  expect(states()).toEqual(['active', 'next', 'retired']);
});

test('another process sees a rotation after its cache has run out', async () => {
  const one = open();
  const other = open();
  const before = await other.active();
  time += SIGNING_KEY_PUBLISH_MS;
  await other.active();
  await one.rotate();
  expect((await other.active()).kid).toBe(before.kid);
  time += SIGNING_KEY_CACHE_MS;
  expect((await other.active()).kid).toBe((await one.active()).kid);
});

test('a private key that was moved to another row does not open', async () => {
  await open().active();
  const [first, second] = rows;
  if (first === undefined || second === undefined) throw new Error('two keys expected');
  rows = [{ ...first, privateJwkSealed: second.privateJwkSealed }, second];
  await expect(open().active()).rejects.toThrow(UnsealError);
  expect(first.privateJwkSealed).not.toContain('"d"');
});
