import { CODE_BYTES_MAX, SPEC_BYTES_MAX, type Spec, SpecSchema } from '@bmm/types';
import { type CheckedSpec, specProblemError, toProblems } from './spec-problem.ts';
import { checkTools } from './tool-check-threads.ts';

/**
 * Runs the deterministic checks that hold for every spec, wherever it comes from: size, shape, schemas, examples.
 * Whether the code exports each handler is found out by the parser of the build.
 * @throws AppError `spec_too_large` or `spec_invalid`, with a `fields` list of what is wrong and in which tool; `unavailable`
 */
export async function checkSpec(spec: unknown): Promise<Spec> {
  const checked = await inspectSpec(spec);
  if ('problems' in checked) throw specProblemError(checked.code, checked.problems);
  return checked.spec;
}

export async function inspectSpec(spec: unknown): Promise<CheckedSpec> {
  const specBytes = measureBytes(spec);
  if (specBytes === undefined) return invalid(notJson);
  if (specBytes > SPEC_BYTES_MAX) return tooLarge('', 'The spec', specBytes, SPEC_BYTES_MAX);
  const code: unknown = typeof spec === 'object' && spec !== null && 'code' in spec ? spec.code : undefined;
  const codeBytes = typeof code === 'string' ? Buffer.byteLength(code) : 0;
  if (codeBytes > CODE_BYTES_MAX) return tooLarge('code', 'The code', codeBytes, CODE_BYTES_MAX);
  const parsed = parseShape(spec);
  if (parsed === undefined) return invalid(notJson);
  if (!parsed.success) return { code: 'spec_invalid', problems: toProblems(parsed.error, spec) };
  const problems = await checkTools(parsed.data.tools);
  return problems.length > 0 ? { code: 'spec_invalid', problems } : { spec: parsed.data };
}

const notJson = 'The spec nests too deeply or cannot be written as JSON.';

/** @returns undefined for what contains itself or nests deeper than the stack reaches */
function measureBytes(spec: unknown): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(spec) ?? '');
  } catch {
    return undefined;
  }
}

function parseShape(spec: unknown): ReturnType<typeof SpecSchema.safeParse> | undefined {
  try {
    return SpecSchema.safeParse(spec);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const invalid = (message: string): CheckedSpec => ({ code: 'spec_invalid', problems: [{ path: '', message }] });

function tooLarge(path: string, what: string, bytes: number, bytesMax: number): CheckedSpec {
  const kilobytes = (size: number) => Math.ceil(size / 1024);
  const message = `${what} has ${kilobytes(bytes)} kB; ${kilobytes(bytesMax)} kB are allowed. Ask for fewer tools.`;
  return { code: 'spec_too_large', problems: [{ path, message }] };
}
