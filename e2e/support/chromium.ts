import { existsSync } from 'node:fs';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A browser on this machine, or undefined, which skips the tests that need one and says so.
 * @throws Error in CI, where a skipped browser test would go unnoticed
 */
export function findChromium(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env.CHROMIUM_PATH;
  const found = named ? [named].find(existsSync) : USUAL_PLACES.find(existsSync);
  if (found !== undefined) return found;
  const reason = `No Chromium at ${named || USUAL_PLACES.join(', ')}; set CHROMIUM_PATH.`;
  if (env.CI) throw new Error(reason);
  console.warn(`Skipping every test in a browser. ${reason}`);
  return undefined;
}
