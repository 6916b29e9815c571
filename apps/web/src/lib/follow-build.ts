import { type BuildEvent, BuildEventSchema } from '@bmm/types';

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;

/** `gone`: there is no such build for this visitor, and asking again would not help. */
export type Connection = 'connecting' | 'open' | 'waiting' | 'gone';
export interface BuildFollower {
  onEvents(events: readonly BuildEvent[]): void;
  onConnection(connection: Connection): void;
  /** Reads the history over HTTP, for networks that let no WebSocket through. */
  readHistory(): Promise<readonly BuildEvent[]>;
  /** Whether a failure to read the history will stay. */
  isFinal(error: unknown): boolean;
}

const isLast = (event: BuildEvent) => event.type === 'done' || event.type === 'error';

/**
 * Follows a build until its last event, reconnecting with growing pauses; the same event may be told more than once.
 * @returns a function that stops following
 */
export function followBuild(url: string, follower: BuildFollower): () => void {
  let stopped = false;
  let attempts = 0;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
  const take = (events: readonly BuildEvent[]) => {
    if (stopped) return;
    follower.onEvents(events);
    if (events.some(isLast)) stop();
  };
  const retry = () => {
    if (stopped) return;
    follower.onConnection('waiting');
    follower.readHistory().then(take, (error: unknown) => {
      if (stopped || !follower.isFinal(error)) return;
      stop();
      follower.onConnection('gone');
    });
    timer = setTimeout(connect, Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempts) * (0.75 + Math.random() / 2));
    attempts += 1;
  };
  const connect = () => {
    if (stopped) return;
    follower.onConnection('connecting');
    socket = new WebSocket(url);
    socket.onopen = () => follower.onConnection('open');
    socket.onmessage = (message: MessageEvent<unknown>) => {
      const event = parseEvent(message.data);
      if (event === undefined) return;
      attempts = 0;
      take([event]);
    };
    socket.onclose = retry;
  };
  connect();
  return stop;
}

function parseEvent(data: unknown): BuildEvent | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    return BuildEventSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
