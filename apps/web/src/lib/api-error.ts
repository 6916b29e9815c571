import { AppError } from '@bmm/types';
import { z } from 'zod';

/** No answer came, or one that is not from api: it is down, or the network is. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(cause?: unknown) {
    super('The control plane cannot be reached.', cause === undefined ? undefined : { cause });
  }
}

export type FailureAction = 'sign-in' | 'generate-again' | 'change-slug' | 'retry' | 'none';

export interface Failure {
  /** What happened and what to do, for a person. */
  readonly sentence: string;
  readonly action: FailureAction;
}

/** The one place that turns an error into words. Details of the API are sentences already; codes are never shown. */
export function toFailure(error: unknown): Failure {
  if (error instanceof UnreachableError)
    return {
      sentence: 'The server cannot be reached. What you typed is kept. Try again in a moment.',
      action: 'retry',
    };
  if (!(error instanceof AppError))
    return { sentence: 'Something went wrong on this page. Reload it and try again.', action: 'retry' };
  switch (error.code) {
    case 'unauthorized':
      return { sentence: 'Your session has ended. Sign in again; what you typed is kept.', action: 'sign-in' };
    case 'preview_expired':
    case 'fork_ref_expired':
      return {
        sentence: 'This preview has expired. Generate it again; your prompt is kept.',
        action: 'generate-again',
      };
    case 'slug_taken':
    case 'slug_invalid':
      return { sentence: error.detail, action: 'change-slug' };
    case 'rate_limited':
      return { sentence: withWait(error), action: 'retry' };
    case 'validation_failed':
    case 'spec_invalid':
      return { sentence: fieldSentences(error) ?? error.detail, action: 'none' };
    case 'internal':
    case 'unavailable':
    case 'model_unavailable':
    case 'model_timeout':
    case 'model_overloaded':
    case 'model_output_truncated':
    case 'model_output_invalid':
      return { sentence: withAdvice(error.detail), action: 'retry' };
    default:
      return { sentence: error.detail, action: 'none' };
  }
}

function withWait({ detail, retryAfterSeconds }: AppError): string {
  if (retryAfterSeconds === undefined || /\d/.test(detail)) return detail;
  return `${detail.replace(/\.$/, '')}. Try again in ${retryAfterSeconds} seconds.`;
}

/** Some details only say what happened; a person also needs what to do. */
function withAdvice(detail: string): string {
  return /\b(again|retry|later|wait)\b/i.test(detail) ? detail : `${detail} Try again in a moment.`;
}

const FieldsSchema = z.array(z.object({ message: z.string() })).min(1);

/** What is wrong with each field, without the path that only a program reads. */
function fieldSentences({ extensions }: AppError): string | undefined {
  const fields = FieldsSchema.safeParse(extensions.fields);
  return fields.success ? [...new Set(fields.data.map(({ message }) => message))].join(' ') : undefined;
}
