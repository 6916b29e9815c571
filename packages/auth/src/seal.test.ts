import { Secret } from '@bmm/types';
import { describe, expect, test } from 'vitest';
import { EXAMPLE_MASTER_KEY, parseMasterKey } from './master-key.ts';
import { createSealer, deriveKey, UnsealError } from './seal.ts';

const hex = (byte: string) => new Secret<string>(`${byte}${'a1b2c3d4'.repeat(8)}`.slice(0, 64));
const sealer = createSealer({ keys: { k1: hex('11'), k2: hex('22') }, current: 'k2' });
const row = { purpose: 'server-secret', rowId: 'srv_1/API_KEY' };

describe('a sealed value', () => {
  test('opens in its own row and tells which key sealed it', () => {
    const value = sealer.seal('hunter2 🔑', row);
    expect(value.keyId).toBe('k2');
    expect(value.sealed).not.toContain('hunter2');
    expect(sealer.open(value, row).reveal()).toBe('hunter2 🔑');
  });

  test('never has the same bytes twice', () => {
    expect(sealer.seal('x', row).sealed).not.toBe(sealer.seal('x', row).sealed);
  });

  test.each([
    ['another row', { ...row, rowId: 'srv_2/API_KEY' }],
    ['another purpose', { ...row, purpose: 'signing-key' }],
    ['parts that were moved across the border', { purpose: 'server-secret","srv_1', rowId: 'API_KEY' }],
  ])('does not open in %s', (_, context) => {
    expect(() => sealer.open(sealer.seal('x', row), context)).toThrow(UnsealError);
  });

  test('does not open when any byte was changed', () => {
    const { keyId, sealed } = sealer.seal('secret', row);
    const bytes = Buffer.from(sealed.slice(3), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => sealer.open({ keyId, sealed: `v1.${changed.toString('base64url')}` }, row)).toThrow(UnsealError);
    }
  });

  test('does not open under another or an unknown key id, in another format, or cut short', () => {
    const { sealed } = sealer.seal('secret', row);
    expect(() => sealer.open({ keyId: 'k1', sealed }, row)).toThrow(UnsealError);
    expect(() => sealer.open({ keyId: 'k3', sealed }, row)).toThrow('"k3"');
    expect(() => sealer.open({ keyId: 'k2', sealed: sealed.slice(3) }, row)).toThrow('format');
    expect(() => sealer.open({ keyId: 'k2', sealed: 'v1.AAAA' }, row)).toThrow('short');
  });

  test('of an older key still opens after the current key changed', () => {
    const older = createSealer({ keys: { k1: hex('11') }, current: 'k1' }).seal('old', row);
    expect(sealer.open(older, row).reveal()).toBe('old');
  });
});

test('a sealer refuses a missing current key and a short key', () => {
  expect(() => createSealer({ keys: {}, current: 'k1' })).toThrow('"k1"');
  expect(() => createSealer({ keys: { k1: new Secret('abcd') }, current: 'k1' })).toThrow('32 bytes');
});

describe('parseMasterKey', () => {
  test('reads 64 hexadecimal digits', () => {
    const key = '9f'.repeat(3) + 'a1b2c3d4e5'.repeat(6).slice(0, 58);
    expect(parseMasterKey(key).reveal().toString('hex')).toBe(key);
  });

  test.each([
    ['', '64 hexadecimal digits'],
    ['abcd', '64 hexadecimal digits'],
    ['zz'.repeat(32), '64 hexadecimal digits'],
    ['00'.repeat(32), 'all zeros'],
    ['ff'.repeat(32), 'repeats itself'],
    ['deadbeef'.repeat(8), 'repeats itself'],
    [EXAMPLE_MASTER_KEY, 'example file'],
  ])('refuses %j with a sentence', (key, sentence) => {
    expect(() => parseMasterKey(key)).toThrow(sentence);
  });

  test('derives a different key for each purpose', () => {
    const master = parseMasterKey('9f'.repeat(3) + 'a1b2c3d4e5'.repeat(6).slice(0, 58));
    const one = deriveKey(master, 'one').reveal();
    expect(one).toHaveLength(32);
    expect(one.equals(deriveKey(master, 'two').reveal())).toBe(false);
    expect(one.equals(deriveKey(master, 'one').reveal())).toBe(true);
  });
});
