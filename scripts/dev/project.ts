import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HOME_DIR } from './constants.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const RUN_FILE = join(ROOT, HOME_DIR, 'run.json');

/** Takes in `.env` where there is one; what is set already wins. */
export function loadDotEnv(): void {
  const file = join(ROOT, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}
