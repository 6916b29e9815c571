import type { ExpiringKeys } from '@bmm/queue';
import {
  activateVersion,
  createServer,
  deleteServer,
  getServer,
  iterateServer,
  listServers,
  listServerVersions,
  updateServer,
} from '@bmm/services';
import {
  AppError,
  CreateServerResponseSchema,
  IterateResponseSchema,
  ServerListResponseSchema,
  ServerResponseSchema,
  VersionListResponseSchema,
} from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { countUse } from '../../http/rate-limit.ts';
import { respond } from '../../http/respond.ts';

interface ById {
  Params: { id: string };
}

export function serverRoutes(app: FastifyInstance, { keys }: { keys: ExpiringKeys }): void {
  app.get('/v1/servers', async (request) =>
    respond(ServerListResponseSchema, await listServers(await request.getContext())),
  );

  app.post('/v1/servers', async (request, reply) => {
    const ctx = await request.getContext();
    await countUse(keys, 'createPerOrg', ctx.org.id);
    return reply.code(201).send(respond(CreateServerResponseSchema, await createServer(ctx, request.body)));
  });

  app.get<ById>('/v1/servers/:id', async (request) =>
    respond(ServerResponseSchema, await getServer(await request.getContext(), request.params.id)),
  );

  app.patch<ById>('/v1/servers/:id', async (request) =>
    respond(ServerResponseSchema, await updateServer(await request.getContext(), request.params.id, request.body)),
  );

  app.delete<ById>('/v1/servers/:id', async (request, reply) => {
    await deleteServer(await request.getContext(), request.params.id);
    return reply.code(204).send();
  });

  app.post<ById>('/v1/servers/:id/iterate', async (request, reply) => {
    const ctx = await request.getContext();
    await countUse(keys, 'createPerOrg', ctx.org.id);
    return reply
      .code(202)
      .send(respond(IterateResponseSchema, await iterateServer(ctx, request.params.id, request.body)));
  });

  app.get<ById>('/v1/servers/:id/versions', async (request) =>
    respond(VersionListResponseSchema, await listServerVersions(await request.getContext(), request.params.id)),
  );

  app.post<{ Params: { id: string; version: string } }>(
    '/v1/servers/:id/versions/:version/activate',
    async (request) => {
      const ctx = await request.getContext();
      if (!/^[1-9]\d{0,6}$/.test(request.params.version)) throw new AppError('not_found', 'There is no such version.');
      return respond(
        ServerResponseSchema,
        await activateVersion(ctx, request.params.id, Number(request.params.version)),
      );
    },
  );
}
