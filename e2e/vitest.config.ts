import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.e2e.test.ts'],
    globalSetup: ['./support/global-setup.ts'],
    setupFiles: ['./support/show-logs-of-failures.ts'],
    pool: 'forks',
    // A browser and a whole stack: two files at once would only wait for each other.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
