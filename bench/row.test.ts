import { expect, test } from 'vitest';
import { percentile, toRow } from './row.ts';

test('a percentile is a measured value, whatever the order', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(percentile(values, 0.5)).toBe(10);
  expect(percentile(values, 0.95)).toBe(19);
  expect(percentile([7], 0.95)).toBe(7);
});

test('a row counts its values', () => {
  expect(toRow('calls', [3, 1, 2], 'ms')).toEqual({
    name: 'calls',
    n: 3,
    median: 2,
    p95: 3,
    unit: 'ms',
    target: undefined,
  });
});
