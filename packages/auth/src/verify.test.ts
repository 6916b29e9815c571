import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('the entry for resource servers loads jose and zod and nothing of the sign-in', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('verify.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  expect([...new Set(imports)].sort()).toEqual(['jose', 'zod']);
});
