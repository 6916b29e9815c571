import { describe, expect, it } from 'vitest';
import { isNavigable } from './navigable.ts';

describe('where a consent decision may lead', () => {
  it.each(['https://claude.ai/api/mcp/auth_callback?code=1', 'http://127.0.0.1:9/cb', 'cursor://x/cb'])(
    'leads to %s',
    (target) => {
      expect(isNavigable(target)).toBe(true);
    },
  );

  it.each(['javascript:alert(1)', ' JavaScript:alert(1)', 'data:text/html,x', '/relative', ''])(
    'never runs %j in this page',
    (target) => {
      expect(isNavigable(target)).toBe(false);
    },
  );
});
