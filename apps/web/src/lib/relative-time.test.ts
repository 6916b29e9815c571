import { describe, expect, it } from 'vitest';
import { toDurationText, toRelativeTime } from './relative-time.ts';

const now = new Date('2026-11-22T12:00:00Z');

describe('times in words', () => {
  it.each([
    ['2026-11-22T11:59:30Z', 'just now'],
    ['2026-11-22T11:57:00Z', '3 minutes ago'],
    ['2026-11-22T10:00:00Z', '2 hours ago'],
    ['2026-11-21T12:00:00Z', 'yesterday'],
    ['2026-11-01T12:00:00Z', '3 weeks ago'],
    ['2024-11-21T12:00:00Z', '2 years ago'],
    ['2026-11-22T12:00:05Z', 'just now'],
  ])('says %s as "%s"', (at, words) => {
    expect(toRelativeTime(new Date(at), now)).toBe(words);
  });

  it.each([
    [-5, '0 ms'],
    [420, '420 ms'],
    [3_120, '3.1 s'],
    [12_300, '12 s'],
    [125_000, '2 min 5 s'],
  ])('says %i ms as "%s"', (durationMs, words) => {
    expect(toDurationText(durationMs)).toBe(words);
  });
});
