import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The pages themselves, and what is compiled into them. */
const SOURCES = ['apps/web/src', 'packages/types/src'];

/** Whether `apps/web/.next` is a production build of the sources as they are now. */
function isWebBuilt(root: string): boolean {
  const marker = join(root, 'apps/web/.next/BUILD_ID');
  if (!existsSync(marker)) return false;
  const builtAtMs = statSync(marker).mtimeMs;
  return SOURCES.every((folder) => listFiles(join(root, folder)).every((file) => statSync(file).mtimeMs <= builtAtMs));
}

/**
 * Builds the pages where they are not. Next.js runs one development server a folder, so two stacks need built pages; and
 * pages that were compiled before make tests fast and steady.
 */
export function ensureWebBuilt(root: string): void {
  if (isWebBuilt(root)) return;
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    cwd: join(root, 'apps/web'),
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`next build failed:\n${stdout}\n${stderr}`);
  console.log(`Built the pages in ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`);
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
