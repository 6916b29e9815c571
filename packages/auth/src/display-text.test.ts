import { expect, test } from 'vitest';
import { toDisplayText } from './display-text.ts';

test.each([
  ['Claude Desktop (verified)', 'Claude Desktop (verified)'],
  ['Claude\u202Eedualc', 'Claudeedualc'],
  ['Cla\u200Bude\u0000\u001b[31m', 'Claude[31m'],
  ['<b>Claude</b>', '<b>Claude</b>'],
  ['  many \n\t lines\r\n', 'many lines'],
  ['\u2066\u2069\uFEFF', ''],
  ['Ａｃｍｅ', 'Acme'],
])('%j is shown as %j', (text, shown) => {
  expect(toDisplayText(text, 100)).toBe(shown);
});

test('a name is cut by characters, never inside one', () => {
  expect(toDisplayText('😀'.repeat(200), 3)).toBe('😀😀😀');
  expect(toDisplayText('a'.repeat(1_000_000), 100)).toHaveLength(100);
});
