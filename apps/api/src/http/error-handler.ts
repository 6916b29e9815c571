import { isDatabaseUnavailable, isUnstorableText } from '@bmm/db';
import { AppError, ERRORS, type ErrorCode, toProblem } from '@bmm/types';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What Fastify itself refuses. Only these codes are recognised, so that no library chooses our status. */
const FASTIFY_ERRORS: Readonly<Record<string, { code: ErrorCode; detail?: string }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed_json', detail: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'malformed_json', detail: 'The body is empty; send a JSON object.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'payload_too_large', detail: 'The body is larger than 2 MB.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'validation_failed',
    detail: 'The body does not have the announced length.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: 'Send application/json.' },
  FST_ERR_BAD_URL: { code: 'not_found', detail: 'There is nothing here.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', detail: 'There is nothing here.' },
};

export function installErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => sendProblem(toAppError(error), request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new AppError('not_found', 'There is nothing here.'), request, reply),
  );
}

/** What Fastify refuses before it knows a route, such as `%zz` in a path: for its option `frameworkErrors`. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(toAppError(error), request, reply);
}

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const fastify =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? FASTIFY_ERRORS[error.code]
      : undefined;
  if (fastify !== undefined) return new AppError(fastify.code, fastify.detail, { cause: error });
  if (isUnstorableText(error))
    return new AppError('validation_failed', 'A text contains characters that are no text, such as NUL.', {
      cause: error,
    });
  if (isDatabaseUnavailable(error))
    return new AppError('unavailable', 'The database does not answer. Try again in a moment.', {
      cause: error,
      retryAfterSeconds: 5,
    });
  return new AppError('internal', 'Something went wrong on our side. It was logged under this request id.', {
    cause: error,
  });
}

function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  logProblem(error, request);
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds);
  return reply
    .code(ERRORS[error.code].status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(error, request.url.split('?')[0] ?? '/')));
}

/** The caller's fault needs no line besides the request's own; another service's is a warning; ours carries the stack. */
export function logProblem(error: AppError, request: FastifyRequest): void {
  request.problemCode = error.code;
  const { fault } = ERRORS[error.code];
  if (fault === 'upstream') request.log.warn({ code: error.code, reason: error.message }, 'upstream failure');
  if (fault === 'ours') request.log.error({ code: error.code, err: error.cause ?? error }, 'failure');
}

declare module 'fastify' {
  interface FastifyRequest {
    problemCode: ErrorCode | undefined;
  }
}
