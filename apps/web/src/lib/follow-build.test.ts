import type { BuildEvent } from '@bmm/types';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Connection, followBuild } from './follow-build.ts';

/** Stands for the browser's socket, which Node 20 does not have; a test plays the server's part. */
class FakeSocket {
  static opened: FakeSocket[] = [];
  onopen: (() => void) | undefined;
  onmessage: ((message: { data: unknown }) => void) | undefined;
  onclose: (() => void) | undefined;
  closed = false;

  constructor() {
    FakeSocket.opened.push(this);
  }

  close(): void {
    this.closed = true;
  }

  say(event: unknown): void {
    this.onmessage?.({ data: typeof event === 'string' ? event : JSON.stringify(event) });
  }
}

const at = '2026-01-01T00:00:00.000Z';
const queued: BuildEvent = { type: 'status', seq: 1, at, state: 'queued' };
const done: BuildEvent = { type: 'done', seq: 2, at, state: 'live', version: 1, mcpUrl: 'http://h/s/a/mcp' };

function follow(readHistory: () => Promise<readonly BuildEvent[]>) {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.opened = [];
  const seen: BuildEvent[] = [];
  const connections: Connection[] = [];
  const stop = followBuild('ws://web.invalid/stream', {
    onEvents: (events) => seen.push(...events),
    onConnection: (connection) => connections.push(connection),
    readHistory,
    isFinal: (error) => error === 'final',
  });
  return { seen, connections, stop };
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('following a build', () => {
  it('connects again after the connection was lost, and reads the history meanwhile', async () => {
    const { seen, connections } = follow(async () => [queued]);
    FakeSocket.opened[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([queued]);
    expect(connections).toEqual(['connecting', 'waiting', 'connecting']);
    expect(FakeSocket.opened).toHaveLength(2);
  });

  it('stops with the last event', async () => {
    const { seen } = follow(async () => []);
    FakeSocket.opened[0]?.say(done);
    FakeSocket.opened[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual([done]);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(FakeSocket.opened[0]?.closed).toBe(true);
  });

  it('waits longer after each attempt, and at most about ten seconds', async () => {
    follow(() => Promise.reject(new Error('away')));
    for (let attempt = 0; attempt < 8; attempt += 1) {
      FakeSocket.opened.at(-1)?.onclose?.();
      await vi.advanceTimersByTimeAsync(12_500);
    }
    expect(FakeSocket.opened).toHaveLength(9);
    FakeSocket.opened.at(-1)?.onclose?.();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(FakeSocket.opened).toHaveLength(9);
  });

  it('gives up on a build that does not exist', async () => {
    const { connections } = follow(() => Promise.reject('final'));
    FakeSocket.opened[0]?.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections.at(-1)).toBe('gone');
    expect(FakeSocket.opened).toHaveLength(1);
  });

  it('ignores messages that are no build events', () => {
    const { seen } = follow(async () => []);
    FakeSocket.opened[0]?.say('{');
    FakeSocket.opened[0]?.say({ type: 'status', seq: 0 });
    expect(seen).toEqual([]);
  });
});
