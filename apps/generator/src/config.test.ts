import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

test('a database is all that the generator needs', () => {
  expect(loadConfig({ DATABASE_URL: 'postgres://localhost/bmm', ANTHROPIC_API_KEY: '' })).toMatchObject({
    anthropic: undefined,
    concurrency: 4,
    leaseMs: 10_000,
  });
});

test('all problems are named at once', () => {
  expect(() => loadConfig({ BUILD_LEASE_MS: '1', BUILD_CONCURRENCY: 'many' })).toThrow(
    /DATABASE_URL[\s\S]*BUILD_CONCURRENCY[\s\S]*BUILD_LEASE_MS/,
  );
});
