import { describe, expect, it } from 'vitest';
import { safeNext } from './safe-next.ts';

describe('the path after sign-in', () => {
  it.each(['/dashboard', '/consent?request=arq_1', '/servers/srv_1?build=bld_1'])('keeps the own path %s', (path) => {
    expect(safeNext(path)).toBe(path);
  });

  it.each([
    undefined,
    ['/a', '/b'],
    '',
    'dashboard',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
  ])('never leads to another site: %j', (next) => {
    expect(safeNext(next)).toBe('/dashboard');
  });
});
