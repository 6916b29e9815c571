import type { ExpiringKeys } from '@bmm/queue';
import { createPreview } from '@bmm/services';
import { AppError, PreviewRequestSchema, PreviewResponseSchema, parseInput, toProblem } from '@bmm/types';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { STREAM_KEEPALIVE_MS } from '../../constants.ts';
import { logProblem, toAppError } from '../../http/error-handler.ts';
import { countUse } from '../../http/rate-limit.ts';
import { respond } from '../../http/respond.ts';

export function previewRoutes(app: FastifyInstance, { keys }: { keys: ExpiringKeys }): void {
  app.post('/v1/servers/preview', async (request, reply) => {
    const ctx = await request.getContext();
    parseInput(PreviewRequestSchema, request.body);
    await countUse(keys, 'previewPerUser', ctx.actor.userId);
    return respond(PreviewResponseSchema, await createPreview(ctx, request.body, { signal: abortOnClose(reply) }));
  });

  /** Server-sent events: `text` while the model writes, then exactly one `spec` or `error`. */
  app.post('/v1/servers/preview/stream', async (request, reply) => {
    const ctx = await request.getContext();
    parseInput(PreviewRequestSchema, request.body);
    if (!acceptsEventStream(request.headers.accept)) {
      throw new AppError(
        'streaming_unavailable',
        'This endpoint answers with text/event-stream. Use POST /v1/servers/preview for one JSON answer.',
      );
    }
    await countUse(keys, 'previewPerUser', ctx.actor.userId);
    const signal = abortOnClose(reply);
    const stream = openEventStream(reply);
    try {
      const preview = await createPreview(ctx, request.body, {
        signal,
        onText: (text) => stream.send('text', { text }),
      });
      stream.send('spec', respond(PreviewResponseSchema, preview));
    } catch (error) {
      if (!signal.aborted) {
        const known = toAppError(error);
        logProblem(known, request);
        stream.send('error', toProblem(known, request.url));
      }
    } finally {
      stream.end();
    }
    return reply;
  });
}

function acceptsEventStream(accept: string | undefined): boolean {
  return accept === undefined || /(^|[\s,])(text\/event-stream|text\/\*|\*\/\*)/.test(accept);
}

/** Aborts when the caller goes away before it has its answer. */
function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!reply.raw.writableFinished) controller.abort(new AppError('build_cancelled', 'The caller went away.'));
  };
  if (reply.raw.destroyed) onClose();
  else reply.raw.once('close', onClose);
  return controller.signal;
}

function openEventStream(reply: FastifyReply) {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  reply.raw.write(': open\n\n');
  const keepalive = setInterval(() => reply.raw.write(': still here\n\n'), STREAM_KEEPALIVE_MS);
  return {
    send(event: 'text' | 'spec' | 'error', data: object): void {
      reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    end(): void {
      clearInterval(keepalive);
      reply.raw.end();
    },
  };
}
