import { expect, test } from 'vitest';
import { isServing } from './is-serving.ts';

test.each(['live', 'sleeping'] as const)('the active version of a %s server serves', (state) => {
  expect(isServing(2, { version: 2, state })).toBe(true);
});

test.each([
  ['another version is active', { version: 1, state: 'live' }],
  ['no version is active', { version: null, state: 'draft' }],
  ['the server is paused', { version: 2, state: 'paused' }],
  ['the server is taken down', { version: 2, state: 'taken_down' }],
] as const)('a version does not serve while %s', (_case, server) => {
  expect(isServing(2, server)).toBe(false);
});
