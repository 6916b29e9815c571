import { z } from 'zod';
import { AppError, ERRORS, type ErrorCode, isErrorCode } from './errors.ts';

/** RFC 9457 problem details with our `code`. */
export const ProblemSchema = z.looseObject({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  status: z.number().int(),
  instance: z.string(),
});
export type Problem = z.infer<typeof ProblemSchema> & { code: ErrorCode };

/** Maps any error to the one public shape of REST errors; what is not from the catalogue becomes `internal`. */
export function toProblem(error: unknown, instance: string): Problem {
  const known =
    error instanceof AppError ? error : new AppError('internal', 'Something went wrong on our side. It was logged.');
  const { status, title } = ERRORS[known.code];
  return { ...known.extensions, type: 'about:blank', code: known.code, title, detail: known.detail, status, instance };
}

/** Reads a problem answer back into an error, for clients of the API. */
export function fromProblem(body: unknown): AppError {
  const parsed = ProblemSchema.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.code))
    return new AppError('internal', 'The server gave an answer that cannot be read.');
  const {
    type: _type,
    code: _code,
    title: _title,
    detail,
    status: _status,
    instance: _instance,
    ...extensions
  } = parsed.data;
  return new AppError(parsed.data.code as ErrorCode, detail, { extensions });
}
