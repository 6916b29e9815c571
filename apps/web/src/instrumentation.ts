import { readEnv } from './lib/env.ts';

/** Next.js calls this once, when the server starts. */
export async function register(): Promise<void> {
  // Next.js also compiles this file for a runtime without node:http, and leaves out what stands behind this condition.
  if (process.env.NEXT_RUNTIME === 'nodejs' && !readEnv().trustForwardedFor) {
    const { beforeEachRequest } = await import('./lib/before-each-request.ts');
    const { dropClaimedAddress } = await import('./lib/claimed-address.ts');
    beforeEachRequest((request) => dropClaimedAddress(request.headers));
  }
}
