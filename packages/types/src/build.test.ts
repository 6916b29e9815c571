import { expect, test } from 'vitest';
import { BUILD_STAGES, BUILD_STATES, canTransition, isFinished } from './build.ts';

test('the happy path is allowed step by step and never by a jump', () => {
  const path = ['queued', ...BUILD_STAGES, 'live'] as const;
  for (const [index, state] of path.entries()) {
    for (const [next, target] of path.entries()) {
      if (next > index + 1 || next === index) expect(canTransition(state, target), `${state} → ${target}`).toBe(false);
      if (next === index + 1) expect(canTransition(state, target), `${state} → ${target}`).toBe(true);
    }
  }
});

test('every working state may fail or be taken over, and what is finished stays so', () => {
  for (const stage of BUILD_STAGES) {
    expect(canTransition(stage, 'failed')).toBe(true);
    expect(canTransition(stage, 'queued')).toBe(true);
  }
  for (const state of BUILD_STATES) expect(isFinished(state)).toBe(state === 'live' || state === 'failed');
  for (const state of BUILD_STATES) expect(canTransition('live', state) || canTransition('failed', state)).toBe(false);
});
