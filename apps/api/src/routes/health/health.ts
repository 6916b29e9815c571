import type { DatabaseConnection } from '@bmm/db';
import { isFromInside } from '@bmm/process';
import { AppError } from '@bmm/types';
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
  // Numbers about all tenants are for whoever runs this.
  app.get('/metrics', async (request, reply) => {
    if (!isFromInside(request.raw)) throw new AppError('not_found', 'There is nothing here.');
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}
