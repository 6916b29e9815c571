import { DrizzleQueryError } from 'drizzle-orm';

interface PgError {
  code: string;
  constraint?: string;
}

function pgErrorOf(error: unknown): PgError | undefined {
  const inner = error instanceof DrizzleQueryError ? error.cause : error;
  return typeof inner === 'object' && inner !== null && 'code' in inner && typeof inner.code === 'string'
    ? (inner as PgError)
    : undefined;
}

/** Whether a statement failed on the unique constraint of this name (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  const pgError = pgErrorOf(error);
  return pgError?.code === '23505' && pgError.constraint === constraint;
}

/** Whether a user could not be inserted because another one has the address. */
export const isEmailTaken = (error: unknown): boolean => isUniqueViolation(error, 'user_email_unique');

/** Whether a statement failed because a text holds NUL or half a character (SQLSTATE 22021, 22P05): the caller's fault. */
export function isUnstorableText(error: unknown): boolean {
  const code = pgErrorOf(error)?.code;
  return code === '22021' || code === '22P05';
}

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  // Too slow: the statement was stopped, or its transaction said nothing for too long.
  '57014',
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
  '08003',
  '08001',
]);
const UNAVAILABLE_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i;

/** Whether a statement failed because the database is not there, as opposed to being wrong; libraries wrap the reason. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && UNAVAILABLE_CODES.has(error.code)) return true;
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  // The message of a failed query holds its text and parameters, which are anybody's words.
  const isSaid = !(error instanceof DrizzleQueryError) && UNAVAILABLE_MESSAGE.test(error.message);
  return isSaid || isDatabaseUnavailable(error.cause);
}
