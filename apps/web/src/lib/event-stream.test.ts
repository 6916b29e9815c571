import { describe, expect, it } from 'vitest';
import { readEventStream, type ServerSentEvent } from './event-stream.ts';

const streamOf = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

async function collect(stream: ReadableStream<Uint8Array>): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  for await (const event of readEventStream(stream)) events.push(event);
  return events;
}

describe('an event stream', () => {
  it('gives events whole, however the bytes are cut, and drops comments', async () => {
    const events = await collect(
      streamOf(': hi\n\nevent: te', 'xt\ndata: {"a"', ':1}\n', '\ndata: x\r\ndata: y\r', '\n\r\n'),
    );
    expect(events).toEqual([
      { event: 'text', data: '{"a":1}' },
      { event: 'message', data: 'x\ny' },
    ]);
  });

  it('drops an event that was cut off', async () => {
    expect(await collect(streamOf('data: 1\n\ndata: 2'))).toEqual([{ event: 'message', data: '1' }]);
  });
});
