import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { FakeReply } from './fake-reply.ts';

const RequestBodySchema = z.looseObject({
  model: z.string(),
  max_tokens: z.number(),
  system: z.string(),
  stream: z.literal(true),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() })),
  output_config: z.object({
    format: z.object({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }),
  }),
});

export interface RecordedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: z.infer<typeof RequestBodySchema>;
  /** True once the caller hung up before the answer was complete. */
  abandoned: boolean;
}

export interface FakeMessagesApi {
  readonly baseUrl: string;
  readonly requests: readonly RecordedRequest[];
  /** Sets what is answered next, in this order; the last one repeats. */
  script(...replies: readonly FakeReply[]): void;
  close(): Promise<void>;
}

/** A Messages API on the loopback interface that streams what a test scripts and keeps what it was sent. */
export async function startFakeMessagesApi(...replies: readonly FakeReply[]): Promise<FakeMessagesApi> {
  const requests: RecordedRequest[] = [];
  const stopped = new AbortController();
  let queue = [...replies];
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = RequestBodySchema.safeParse(await readJson(incoming));
    if (incoming.method !== 'POST' || incoming.url !== '/v1/messages' || !parsed.success) {
      const message = parsed.success ? 'Only POST /v1/messages is answered.' : z.prettifyError(parsed.error);
      return sendReply(
        response,
        { kind: 'status', status: 400, type: 'invalid_request_error', message },
        stopped.signal,
      );
    }
    const request = { url: incoming.url, headers: incoming.headers, body: parsed.data, abandoned: false };
    requests.push(request);
    response.on('close', () => {
      request.abandoned = !response.writableFinished;
    });
    const reply = (queue.length > 1 ? queue.shift() : queue[0]) ?? emptyScript;
    await sendReply(response, reply, stopped.signal);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake Messages API has no port.');
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    requests,
    script: (...next) => {
      queue = [...next];
    },
    close: async () => {
      stopped.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const emptyScript: FakeReply = { kind: 'status', status: 500, type: 'api_error', message: 'The script is empty.' };

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

async function sendReply(response: ServerResponse, reply: FakeReply, signal: AbortSignal): Promise<void> {
  switch (reply.kind) {
    case 'status': {
      const error = { type: reply.type, message: reply.message ?? 'Scripted failure.' };
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        'request-id': 'req_fake',
        ...reply.headers,
      });
      response.end(JSON.stringify({ type: 'error', error }));
      return;
    }
    case 'redirect':
      response.writeHead(307, { location: reply.location }).end();
      return;
    case 'text':
      startMessage(response);
      await sendText(response, reply, signal);
      finishMessage(response, reply.stopReason ?? 'end_turn');
      return;
    case 'error-event':
      startMessage(response);
      await sendText(response, reply, signal);
      sendEvent(response, { type: 'error', error: { type: reply.type, message: 'Scripted failure.' } });
      response.end();
      return;
    case 'cut':
      startMessage(response);
      await sendText(response, reply, signal);
      if (reply.how === 'end') response.end();
      else response.destroy();
      return;
    case 'stall':
      if (reply.text === undefined) return;
      startMessage(response);
      await sendText(response, { text: reply.text }, signal);
      return;
  }
}

interface TextPlan {
  readonly text: string;
  readonly chunkChars?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly pings?: number | undefined;
}

async function sendText(response: ServerResponse, plan: TextPlan, signal: AbortSignal): Promise<void> {
  const chunkChars = plan.chunkChars ?? Math.max(1, plan.text.length);
  for (let at = 0; at < plan.text.length && !response.destroyed; at += chunkChars) {
    for (let ping = 0; ping < (plan.pings ?? 0); ping += 1) {
      await sleep(plan.delayMs ?? 0, undefined, { signal });
      sendEvent(response, { type: 'ping' });
    }
    await sleep(plan.delayMs ?? 0, undefined, { signal });
    const delta = { type: 'text_delta', text: plan.text.slice(at, at + chunkChars) };
    sendEvent(response, { type: 'content_block_delta', index: 0, delta });
  }
}

function startMessage(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_fake' });
  const message = {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: 'fake',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  sendEvent(response, { type: 'message_start', message });
  sendEvent(response, { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  sendEvent(response, { type: 'ping' });
}

function finishMessage(response: ServerResponse, stopReason: string): void {
  sendEvent(response, { type: 'content_block_stop', index: 0 });
  const delta = { stop_reason: stopReason, stop_sequence: null };
  sendEvent(response, { type: 'message_delta', delta, usage: { output_tokens: 1 } });
  sendEvent(response, { type: 'message_stop' });
  response.end();
}

function sendEvent(
  response: ServerResponse,
  event: { readonly type: string; readonly [field: string]: unknown },
): void {
  response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
