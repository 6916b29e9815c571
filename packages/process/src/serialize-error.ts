// Threat: errors of libraries carry what they worked on (a failed query its parameters, a PostgreSQL error the row, an HTTP
// error its headers), and with it tokens, prompts and sealed values would get into the log. So nothing but the fields below
// is logged, and of a failed query only its text, which has `$1` where the values stood.

/** Deeper chains of causes are cut. */
const CAUSES_MAX = 5;

export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** Of an AggregateError. */
  readonly errors?: readonly LoggedError[];
}

/** An error as it may be logged: type, message, code and stack, with its causes. */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Something that is no error was thrown.' };
  const goesOn = depth < CAUSES_MAX;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = goesOn && error.cause instanceof Error ? { cause: serializeError(error.cause, depth + 1) } : {};
  const errors =
    goesOn && error instanceof AggregateError
      ? { errors: error.errors.slice(0, CAUSES_MAX).map((one) => serializeError(one, depth + 1)) }
      : {};
  return {
    type: error.constructor.name,
    message: messageOf(error),
    ...code,
    stack: stackOf(error),
    ...cause,
    ...errors,
  };
}

function messageOf(error: Error): string {
  if ('query' in error && typeof error.query === 'string') return `Failed query: ${error.query}`;
  return error.message;
}

/** The frames alone: a stack begins with the message, whose lines may look like frames. */
function stackOf({ stack = '', message }: Error): string {
  const messageAt = stack.indexOf(message);
  const frames = messageAt < 0 ? stack : stack.slice(messageAt + message.length);
  return frames
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
