import { AppError } from '@bmm/types';
import { expect, it } from 'vitest';
import { RATE_WINDOW_MS } from './constants.ts';
import { createRateLimit } from './rate-limit.ts';

it('refuses what is over the window, says when it ends, and counts anew after it', () => {
  let nowMs = 1_000;
  const limit = createRateLimit(5, 'One client', () => nowMs);
  limit.take('a', 4);
  limit.take('b', 5);
  nowMs += RATE_WINDOW_MS - 1_500;
  let refusal: unknown;
  try {
    limit.take('a', 2);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(AppError);
  expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 2 });
  limit.take('a', 1);
  expect(() => limit.take('a', 1)).toThrow();
  nowMs += 1_500;
  limit.take('a', 5);
  expect(() => limit.take('a', 6)).toThrow();
});
