import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureSecrets } from './secrets-file.ts';
import { findAuthSecretFault, findEncryptionKeyFault } from './weak-key.ts';

const GOOD_KEY = '9f2c4b7d1e8a3f605d9b7c2e4a18f36bd07e5c91a2b3846f7e0d1c2b3a495867';
let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bmm-secrets-'));
  file = join(folder, '.bmm', 'secrets.env');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the first start makes both secrets in a file that only the owner reads, the second keeps them and says nothing', () => {
  const first = ensureSecrets(file, {});
  expect(first.generated).toEqual(['BETTER_AUTH_SECRET', 'SECRETS_ENCRYPTION_KEY']);
  expect(first.secrets.SECRETS_ENCRYPTION_KEY).toMatch(/^[0-9a-f]{64}$/);
  expect(first.secrets.BETTER_AUTH_SECRET.length).toBeGreaterThanOrEqual(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, '.bmm')).mode & 0o777).toBe(0o711);
  expect(ensureSecrets(file, {})).toEqual({ secrets: first.secrets, generated: [] });
});

test('a set variable wins and is not written to the file', () => {
  const { secrets, generated } = ensureSecrets(file, { SECRETS_ENCRYPTION_KEY: GOOD_KEY });
  expect(secrets.SECRETS_ENCRYPTION_KEY).toBe(GOOD_KEY);
  expect(generated).toEqual(['BETTER_AUTH_SECRET']);
  expect(readFileSync(file, 'utf8')).not.toContain(GOOD_KEY);
});

test('an empty variable counts as not set, and a missing secret is added beside the kept one', () => {
  const { secrets } = ensureSecrets(file, {});
  writeFileSync(file, `BETTER_AUTH_SECRET=${secrets.BETTER_AUTH_SECRET}\n`);
  const again = ensureSecrets(file, { BETTER_AUTH_SECRET: '' });
  expect(again.secrets.BETTER_AUTH_SECRET).toBe(secrets.BETTER_AUTH_SECRET);
  expect(again.generated).toEqual(['SECRETS_ENCRYPTION_KEY']);
});

test.each([
  ['0'.repeat(64), 'is all zeros'],
  ['f'.repeat(64), 'repeats a pattern'],
  ['0123456789abcdef'.repeat(4), 'repeats a pattern'],
  [Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex'), 'repeats a pattern'],
  ['your-32-byte-hex-key', 'is not 32 bytes in hex'],
  [GOOD_KEY.slice(1), 'is not 32 bytes in hex'],
])('the encryption key %s is refused', (key, fault) => {
  expect(findEncryptionKeyFault(key)).toContain(fault);
  expect(() => ensureSecrets(file, { SECRETS_ENCRYPTION_KEY: key })).toThrow(
    `SECRETS_ENCRYPTION_KEY from the environment ${fault}`,
  );
});

test('a bad key in the kept file is refused too, since somebody may have pasted it there', () => {
  ensureSecrets(file, {});
  writeFileSync(file, `SECRETS_ENCRYPTION_KEY=${'0'.repeat(64)}\n`);
  expect(() => ensureSecrets(file, {})).toThrow(`SECRETS_ENCRYPTION_KEY from ${file} is all zeros`);
});

test.each(['short', 'change-me-change-me-change-me-change-me', 'a'.repeat(40)])(
  'the session secret %s is refused',
  (value) => {
    expect(findAuthSecretFault(value)).toBeDefined();
    expect(() => ensureSecrets(file, { BETTER_AUTH_SECRET: value })).toThrow('BETTER_AUTH_SECRET from the environment');
  },
);
