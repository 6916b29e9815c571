import { OAuthError, type OAuthParams, paramsFromJson, paramsFromSearch, toOAuthErrorAnswer } from '@bmm/auth';
import { isDatabaseUnavailable } from '@bmm/db';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorPage, PAGE_HEADERS } from './error-page.ts';
import { RateLimited } from './rate-limit.ts';

const CORS_HEADERS = { 'access-control-allow-origin': '*' };
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, authorization, mcp-protocol-version',
  'access-control-max-age': '86400',
};

/** Endpoints for clients in a browser: any origin, and never with credentials, since none of them reads a cookie. */
export function allowAnyOrigin(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(CORS_HEADERS);
  });
  scope.addHook('onRoute', (route) => {
    if (route.method === 'OPTIONS' || (Array.isArray(route.method) && route.method.includes('OPTIONS'))) return;
    if (route.method === 'HEAD' || scope.hasRoute({ method: 'OPTIONS', url: route.url })) return;
    scope.options(route.url, async (_request, reply) => reply.code(204).headers(PREFLIGHT_HEADERS).send());
  });
}

/** RFC 6749 §5.2: errors as JSON with `error`, and nothing is cached. */
export function answerOAuthErrors(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  scope.setErrorHandler((error, request, reply) => sendOAuthError(error, request, reply));
}

/** Bodies as form or JSON; the form keeps repeated parameters, which are refused later. */
export function readOAuthBodies(scope: FastifyInstance): void {
  const form = 'application/x-www-form-urlencoded';
  if (scope.hasContentTypeParser(form)) scope.removeContentTypeParser(form);
  scope.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(body.toString()));
  });
}

export function bodyParams(request: FastifyRequest): OAuthParams {
  return request.body instanceof URLSearchParams ? paramsFromSearch(request.body) : paramsFromJson(request.body);
}

export function queryParams(request: FastifyRequest): OAuthParams {
  const mark = request.url.indexOf('?');
  return paramsFromSearch(new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1)));
}

/** Endpoints that a person's browser goes through: no framing, no cache, no referrer, and a page when something is wrong. */
export function answerWithPages(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers(PAGE_HEADERS);
  });
  scope.setErrorHandler((error, request, reply) => {
    if (error instanceof RateLimited) {
      reply.header('retry-after', error.retryAfterSeconds);
      return sendPage(reply, 429, 'Too many requests. Wait a minute and try again.');
    }
    if (isUnreadableBody(error)) return sendPage(reply, error.statusCode, 'The request cannot be read.');
    request.log.error({ err: error }, 'failure');
    if (isDatabaseUnavailable(error)) {
      reply.header('retry-after', 5);
      return sendPage(reply, 503, 'This does not work at the moment. Wait a few seconds and load the page again.');
    }
    return sendPage(reply, 500, 'Something went wrong on our side. Start again in the application.');
  });
}

export function sendPage(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(errorPage(text));
}

function sendOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof RateLimited) {
    reply.header('retry-after', error.retryAfterSeconds);
    const { body } = toOAuthErrorAnswer(new OAuthError('temporarily_unavailable', error.message));
    return reply.code(429).send(body);
  }
  if (isUnreadableBody(error)) {
    const { body } = toOAuthErrorAnswer(new OAuthError('invalid_request', 'The body cannot be read.'));
    return reply.code(400).send(body);
  }
  if (isDatabaseUnavailable(error)) {
    const { body } = toOAuthErrorAnswer(new OAuthError('temporarily_unavailable', 'Try again in a moment.'));
    request.log.error({ err: error }, 'failure');
    return reply.code(503).header('retry-after', 5).send(body);
  }
  if (!(error instanceof OAuthError)) request.log.error({ err: error }, 'failure');
  const { status, body } = toOAuthErrorAnswer(error);
  return reply.code(status).send(body);
}

/** What Fastify itself refuses of a body: JSON that is none, too large, another type. */
function isUnreadableBody(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('FST_ERR_CTP_') &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
  );
}
