import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Held by the sandbox's own walls, where no packet gets as far as this guard; its tests prove them. */
const IN_THE_SANDBOX = ['X59', 'X60', 'X61', 'X62', 'X63', 'X64', 'X66'];

const allIds = Array.from({ length: 100 }, (_, index) => `X${String(index + 1).padStart(2, '0')}`);

it('each of the 100 egress cases is named by a test here or belongs to the sandbox', () => {
  const tests = readdirSync(import.meta.dirname).filter(
    (name) => name.endsWith('.test.ts') && name !== 'egress-cases.test.ts',
  );
  const text = tests.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  const named = new Set(text.match(/\bX\d{2,3}\b/g));
  expect(allIds.filter((id) => !named.has(id))).toEqual(IN_THE_SANDBOX);
});
