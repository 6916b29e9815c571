import { deleteAccount, getMe } from '@bmm/services';
import { MeResponseSchema } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { respond } from '../../http/respond.ts';

export function meRoutes(app: FastifyInstance): void {
  app.get('/v1/me', async (request) => respond(MeResponseSchema, getMe(await request.getContext())));
  app.delete('/v1/account', async (request, reply) => {
    await deleteAccount(await request.getContext(), request.body ?? {});
    return reply.code(204).send();
  });
}
