import type { FastifyInstance } from 'fastify';

/** One line a request with these keys and no others: no query, header, body, token or argument can get into it. */
export function installRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        ...(request.problemCode === undefined ? {} : { code: request.problemCode }),
      },
      'request',
    );
  });
}
