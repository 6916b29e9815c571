import type { DatabaseConnection } from '@bmm/db';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

const DATABASE_WAIT_MS = 1_000;

export function healthRoutes(
  app: FastifyInstance,
  { database, metrics }: { database: DatabaseConnection; metrics: Registry },
): void {
  app.get('/health', async (_request, reply) => {
    const ok = await database.ping(DATABASE_WAIT_MS).then(
      () => true,
      () => false,
    );
    return reply.code(ok ? 200 : 503).send({ ok });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
