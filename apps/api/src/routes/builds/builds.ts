import { cancelBuild, followBuild, getBuild } from '@bmm/services';
import { AppError, BuildResponseSchema, IterateResponseSchema } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { BUILD_POLL_MS, STREAM_KEEPALIVE_MS, WEBSOCKET_BUFFER_BYTES_MAX } from '../../constants.ts';
import { assertOwnWebSocketOrigin } from '../../http/origin-check.ts';
import { respond } from '../../http/respond.ts';

interface ById {
  Params: { id: string };
}

export function buildRoutes(app: FastifyInstance, { allowedOrigins }: { allowedOrigins: ReadonlySet<string> }): void {
  app.get<ById>('/v1/builds/:id', async (request) =>
    respond(BuildResponseSchema, await getBuild(await request.getContext(), request.params.id)),
  );

  app.post<ById>('/v1/builds/:id/cancel', async (request, reply) =>
    reply
      .code(202)
      .send(respond(IterateResponseSchema, await cancelBuild(await request.getContext(), request.params.id))),
  );

  app.get<ById>(
    '/v1/builds/:id/stream',
    {
      websocket: true,
      // Refused before the upgrade, with an ordinary problem answer: foreign origin, no session, somebody else's build.
      preValidation: async (request) => {
        if (request.headers.authorization === undefined) assertOwnWebSocketOrigin(request, allowedOrigins);
        await getBuild(await request.getContext(), request.params.id);
      },
    },
    async (socket, request) => {
      const gone = new AbortController();
      const keepalive = setInterval(() => socket.ping(), STREAM_KEEPALIVE_MS);
      socket.on('close', () => gone.abort());
      socket.on('error', () => gone.abort());
      socket.on('message', () => socket.close(1008, 'This stream takes no messages.'));
      try {
        const events = await followBuild(await request.getContext(), request.params.id, {
          signal: gone.signal,
          pollMs: BUILD_POLL_MS,
        });
        for await (const event of events) send(socket, event);
        socket.close(1000);
      } catch (error) {
        if (error instanceof AppError && error.code === 'not_found') return socket.close(1008, error.detail);
        request.log.error({ err: error }, 'build stream failed');
        socket.close(1011, 'The stream broke off; connect again.');
      } finally {
        clearInterval(keepalive);
        gone.abort();
      }
    },
  );
}

function send(socket: WebSocket, event: object): void {
  if (socket.bufferedAmount > WEBSOCKET_BUFFER_BYTES_MAX) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event));
}
