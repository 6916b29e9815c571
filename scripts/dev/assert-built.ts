import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StopReason } from './stop-reason.ts';

/** @throws StopReason when a compiled part that `pnpm start` runs is missing */
export function assertBuilt(root: string): void {
  const apps = ['api', 'generator', 'gateway'].map((name) => join('apps', name, 'dist', 'main.js'));
  const missing = [...apps, join('apps', 'web', '.next', 'BUILD_ID'), ...listPackageEntries(root)].filter(
    (file) => !existsSync(join(root, file)),
  );
  if (missing.length === 0) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  throw new StopReason(`There is no production build yet (${missing[0]}${more} missing). Run pnpm build first.`);
}

/** What the apps depend on, directly or through each other; the packages for development stay uncompiled. */
function listPackageEntries(root: string): string[] {
  const needed = new Set<string>();
  const visit = (manifest: string) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    for (const [name, range] of Object.entries(dependencies)) {
      const folder = name.replace('@bmm/', '');
      if (!range.startsWith('workspace:') || needed.has(folder)) continue;
      needed.add(folder);
      visit(join('packages', folder, 'package.json'));
    }
  };
  for (const name of readdirSync(join(root, 'apps'))) {
    // web is one bundle of its own.
    if (name !== 'web' && existsSync(join(root, 'apps', name, 'package.json')))
      visit(join('apps', name, 'package.json'));
  }
  return [...needed].map((folder) => join('packages', folder, 'dist', 'index.js'));
}
