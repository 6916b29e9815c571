import type { ExpiringKeys } from '@bmm/queue';
import { AppError, parseInput } from '@bmm/types';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addressKey, countUse } from '../../http/rate-limit.ts';
import { toWebRequest } from './web-request.ts';

/** The part of the sign-in library that is reachable; everything else of it answers 404. */
const REACHABLE = new Set(['POST /sign-in/magic-link', 'GET /magic-link/verify', 'GET /get-session', 'POST /sign-out']);

/** One plain address of one recipient; what may stand in it is bounded, so that nothing of it can become a mail header. */
const EmailSchema = z.object({ email: z.email('Enter one valid e-mail address.').max(254) });

/** Where the library would send the browser afterwards. */
const CallbacksSchema = z.object({
  callbackURL: z.string().max(2_000).optional(),
  newUserCallbackURL: z.string().max(2_000).optional(),
  errorCallbackURL: z.string().max(2_000).optional(),
});

export interface AuthRoutesOptions {
  handle(request: Request): Promise<Response>;
  baseUrl: string;
  keys: ExpiringKeys;
}

export function authRoutes(app: FastifyInstance, { handle, baseUrl, keys }: AuthRoutesOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/v1/auth/*',
    handler: async (request, reply) => {
      const path = (request.url.split('?')[0] ?? '').slice('/v1/auth'.length);
      const endpoint = `${request.method} ${path}`;
      if (!REACHABLE.has(endpoint)) throw new AppError('not_found', 'There is nothing here.');
      await countUse(keys, 'authPerAddress', addressKey(request.ip));
      assertOwnCallbacks(request.method === 'POST' ? (request.body ?? {}) : request.query, baseUrl);
      if (endpoint === 'POST /sign-in/magic-link') await countMagicLink(request, keys);
      return answer(await handle(toWebRequest(request, baseUrl)), reply);
    },
  });
}

/** A sign-in that ended on another site would make us the start of a phishing page. @throws AppError `validation_failed` */
function assertOwnCallbacks(input: unknown, baseUrl: string): void {
  for (const callback of Object.values(parseInput(CallbacksSchema, input))) {
    const isOwn =
      callback === undefined ||
      (URL.canParse(callback, baseUrl) && new URL(callback, baseUrl).origin === new URL(baseUrl).origin);
    if (!isOwn) throw new AppError('validation_failed', 'After signing in only a page of this site can follow.');
  }
}

async function countMagicLink(request: FastifyRequest, keys: ExpiringKeys): Promise<void> {
  const { email } = parseInput(EmailSchema, request.body);
  await countUse(keys, 'magicLinkPerAddress', addressKey(request.ip));
  await countUse(keys, 'magicLinkPerEmail', email.trim().toLowerCase());
}

async function answer(response: Response, reply: FastifyReply): Promise<FastifyReply> {
  if (response.status >= 400) throw await toProblemOf(response);
  reply.code(response.status).header('cache-control', 'no-store');
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie' && name !== 'content-length') reply.header(name, value);
  });
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  return reply.send(response.body === null ? undefined : Buffer.from(await response.arrayBuffer()));
}

const LibraryErrorSchema = z.object({ message: z.string().max(300) });

/** The library's own error bodies become problems of our catalogue. */
async function toProblemOf(response: Response): Promise<AppError> {
  const body = LibraryErrorSchema.safeParse(await response.json().catch(() => undefined));
  const detail = body.success ? `${body.data.message.replace(/\.$/, '')}.` : undefined;
  if (response.status === 401) return new AppError('unauthorized', detail);
  if (response.status === 403) return new AppError('foreign_origin', detail);
  if (response.status === 404) return new AppError('not_found', 'There is nothing here.');
  if (response.status === 429)
    return new AppError('rate_limited', 'Too many requests. Try again in a minute.', { retryAfterSeconds: 60 });
  if (response.status >= 500)
    return new AppError('internal', undefined, { cause: new Error(`sign-in answered ${response.status}`) });
  return new AppError('validation_failed', detail);
}
