import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

test('a secret shows its value nowhere but through reveal()', () => {
  const secret = new Secret('hunter2');
  const shown = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect({ nested: [secret] })].join('\n');
  expect(shown).not.toContain('hunter2');
  expect(Object.values(secret)).toEqual([]);
  expect(secret.reveal()).toBe('hunter2');
});
