import { expect, test } from 'vitest';
import { toTypedSlug } from './typed-slug.ts';

test('a typed slug is put into lower case, with hyphens for spaces and underscores', () => {
  expect(toTypedSlug('My_Unit Converter')).toBe('my-unit-converter');
});

test('what may not stand in a slug stays, so that the field can say so', () => {
  expect(toTypedSlug('é!-')).toBe('é!-');
});
