import { createHash } from 'node:crypto';
import { AppError } from '@bmm/types';
import { build, type Message, type Plugin } from 'esbuild';
import type { Bundle } from '../build-run.ts';
import { BUNDLE_BYTES_MAX } from '../constants.ts';

/** Tool code is one module: what it would import is not there at run time and was never looked at. */
const refuseImports: Plugin = {
  name: 'refuse-imports',
  setup(context) {
    context.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'entry-point'
        ? undefined
        : { errors: [{ text: `Importing "${path}" is not possible: tool code is one module without imports.` }] },
    );
  },
};

/**
 * Bundles tool code; the same code always gives the same bytes, and their digest names the version.
 * @throws AppError `bundle_failed` (with line and reason) or `bundle_too_large`
 */
export async function bundleCode(code: string, handlers: readonly string[]): Promise<Bundle> {
  const result = await build({
    stdin: { contents: code, loader: 'js', sourcefile: 'tools.js' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [refuseImports],
  }).catch((error: unknown) => {
    throw new AppError('bundle_failed', describe(error), { cause: error });
  });
  const exported = Object.values(result.metafile.outputs).flatMap((output) => output.exports);
  const missing = handlers.find((handler) => !exported.includes(handler));
  if (missing !== undefined) throw new AppError('bundle_failed', `The code does not export the function ${missing}.`);
  const text = result.outputFiles[0]?.text ?? '';
  const bytes = Buffer.byteLength(text);
  if (bytes > BUNDLE_BYTES_MAX)
    throw new AppError(
      'bundle_too_large',
      `The bundle has ${bytes.toLocaleString('en')} bytes; the limit is ${BUNDLE_BYTES_MAX.toLocaleString('en')}.`,
    );
  return { code: text, sha256: createHash('sha256').update(text).digest('hex') };
}

function describe(error: unknown): string {
  const [first] =
    typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors)
      ? (error.errors as Message[])
      : [];
  if (first === undefined) return 'The code could not be read.';
  const place = first.location === null ? '' : `Line ${first.location.line}: `;
  return `${place}${first.text.replace(/\.?$/, '.')}`;
}
