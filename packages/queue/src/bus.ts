import type { JsonValue } from '@bmm/types';

/**
 * Fan-out to every process. Delivery is a hint without guarantee: subscribers re-read their rows after a message and
 * after a resync.
 */
export interface Bus {
  /** Throws when topic and message together exceed 7900 bytes of JSON: send an id, not the data. */
  publish(topic: string, message: JsonValue): Promise<void>;
  /** `onResync` is called after a lost connection is back, since messages in between are gone. Resolves to "unsubscribe". */
  subscribe(topic: string, onMessage: (message: unknown) => void, onResync?: () => void): Promise<() => Promise<void>>;
}
