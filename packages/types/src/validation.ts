import type { z } from 'zod';
import { AppError, type ErrorCode } from './errors.ts';

export interface FieldProblem {
  /** Dotted path into the input, such as `tools.0.name`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Turns what a schema found into one error with a sentence and a `fields` list; never repeats a value. */
export function validationProblem(code: ErrorCode, error: z.core.$ZodError): AppError {
  const fields = error.issues
    .slice(0, 20)
    .map((issue): FieldProblem => ({ path: issue.path.map(String).join('.'), message: issue.message }));
  const first = fields[0];
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return new AppError(code, `${where}${first?.message ?? 'The input is not valid.'}${more}`, {
    cause: error,
    extensions: { fields },
  });
}

/** @throws AppError `validation_failed` */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = parseShallow(schema, input);
  if (!parsed.success) throw validationProblem('validation_failed', parsed.error);
  return parsed.data;
}

/** A value of a megabyte may nest so deeply that whoever walks it runs out of stack. */
function parseShallow<T extends z.ZodType>(schema: T, input: unknown): z.ZodSafeParseResult<z.output<T>> {
  try {
    return schema.safeParse(input);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('validation_failed', 'The input nests too deeply.', { cause: error });
  }
}
