import { createApiKey, listApiKeys, revokeApiKey } from '@bmm/services';
import { ApiKeyListResponseSchema, CreateApiKeyResponseSchema } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { respond } from '../../http/respond.ts';

export function apiKeyRoutes(app: FastifyInstance): void {
  app.get('/v1/api-keys', async (request) =>
    respond(ApiKeyListResponseSchema, await listApiKeys(await request.getContext())),
  );
  app.post('/v1/api-keys', async (request, reply) => {
    const created = await createApiKey(await request.getContext(), request.body);
    return reply.code(201).header('cache-control', 'no-store').send(respond(CreateApiKeyResponseSchema, created));
  });
  app.delete<{ Params: { id: string } }>('/v1/api-keys/:id', async (request, reply) => {
    await revokeApiKey(await request.getContext(), request.params.id);
    return reply.code(204).send();
  });
}
