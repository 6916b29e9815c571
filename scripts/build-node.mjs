// Compiles one package or app to dist/: its own files bundled into one module, everything imported by name left external.
import { build } from 'esbuild';

const entryPoints = process.argv.slice(2);
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
