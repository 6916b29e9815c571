import { expect, test } from 'vitest';
import { toTheme } from './theme.ts';

test('everything is dark until somebody asks for the theme of the system', () => {
  expect([undefined, '', 'light', 'dark', 'system'].map(toTheme)).toEqual(['dark', 'dark', 'dark', 'dark', 'system']);
});
