import { expect, test } from 'vitest';
import { edgeFade } from './edge-fade.ts';

test.each([
  ['none', { scrollLeft: 0, clientWidth: 400, scrollWidth: 400 }],
  ['end', { scrollLeft: 0, clientWidth: 390, scrollWidth: 700 }],
  ['both', { scrollLeft: 100, clientWidth: 390, scrollWidth: 700 }],
  ['start', { scrollLeft: 309.5, clientWidth: 390, scrollWidth: 700 }],
] as const)('a row fades at %s where there is more', (expected, row) => {
  expect(edgeFade(row)).toBe(expected);
});
