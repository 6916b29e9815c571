import { expect, test } from 'vitest';
import { isSlug, slugProblem, toSlug } from './slug.ts';

test.each(['a', '0', 'weather-mcp', `a${'b'.repeat(63)}`])('%s is a slug', (slug) => {
  expect(isSlug(slug)).toBe(true);
  expect(slugProblem(slug)).toBeUndefined();
});

test.each(['', '-a', 'A', 'a_b', 'a/b', '../admin', 'a b', 'ａ', 'a\n', `a${'b'.repeat(64)}`])(
  '%j is refused with a sentence',
  (slug) => {
    expect(isSlug(slug)).toBe(false);
    expect(slugProblem(slug)).toMatch(/\.$/);
  },
);

test.each(['admin', 'oauth', 'mcp', 'login', 'api'])('the route word %s is refused for new servers', (slug) => {
  expect(slugProblem(slug)).toContain(slug);
});

test('a name becomes a usable slug', () => {
  expect(toSlug('  Café  Orders & Returns! ')).toBe('cafe-orders-returns');
  expect(toSlug('Ünï Tool')).toBe('uni-tool');
  expect(toSlug('Admin')).toBe('admin-server');
  expect(toSlug('日本')).toBe('');
  expect(isSlug(toSlug('x'.repeat(200)))).toBe(true);
});
