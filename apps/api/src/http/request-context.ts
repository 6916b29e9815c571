import { type Ctx, findApiKeyContext, findSessionContext, type ServiceDeps } from '@bmm/services';
import { AppError } from '@bmm/types';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface SessionUser {
  userId: string;
  email: string;
  name: string;
}

export type FindSession = (request: FastifyRequest) => Promise<SessionUser | undefined>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who makes this request. @throws AppError `unauthorized` */
    getContext(): Promise<Ctx>;
  }
}

const BEARER = /^Bearer (\S+)$/i;

/** A request with an Authorization header is a program's and is judged by that header alone; otherwise the cookie counts. */
export function installRequestContext(app: FastifyInstance, services: ServiceDeps, findSession: FindSession): void {
  app.decorateRequest('getContext', async function (this: FastifyRequest) {
    const ctx = await findContext(this, services, findSession);
    if (ctx === undefined) throw new AppError('unauthorized', 'Sign in, or send a valid API key.');
    return ctx;
  });
}

async function findContext(
  request: FastifyRequest,
  services: ServiceDeps,
  findSession: FindSession,
): Promise<Ctx | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const key = BEARER.exec(authorization)?.[1];
    return key === undefined ? undefined : findApiKeyContext(services, key, request.ip);
  }
  const user = await findSession(request);
  return user && findSessionContext(services, { ...user, ip: request.ip });
}
