import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.ts';
import { type StackAddress, startStack } from './start-stack.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The stack that all files share, with no model key set. */
    stack: StackAddress;
    chromiumPath: string | undefined;
  }
}

export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('chromiumPath', findChromium(process.env));
  const startedAt = performance.now();
  const { webUrl, apiUrl, gatewayUrl, databaseUrl, runFile, logFile, stop } = await startStack({ name: 'shared' });
  console.log(
    `Stack at ${webUrl}, started in ${((performance.now() - startedAt) / 1000).toFixed(1)} s; log: ${logFile}`,
  );
  project.provide('stack', { webUrl, apiUrl, gatewayUrl, databaseUrl, runFile, logFile });
  return stop;
}
