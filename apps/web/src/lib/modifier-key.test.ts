import { expect, test } from 'vitest';
import { modifierKey } from './modifier-key.ts';

test.each(['MacIntel', 'macOS', 'iPhone', 'iPad'])('%s has a command key', (platform) => {
  expect(modifierKey(platform)).toBe('⌘');
});

test.each(['Win32', 'Linux x86_64', 'Linux armv81', ''])('%j has a control key', (platform) => {
  expect(modifierKey(platform)).toBe('Ctrl');
});
