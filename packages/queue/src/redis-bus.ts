import type { JsonValue } from '@bmm/types';
import type { Redis } from 'ioredis';
import type { Bus } from './bus.ts';
import { decodeBusMessage, encodeBusMessage } from './bus-message.ts';
import { BusSubscribers } from './bus-subscribers.ts';
import { REDIS_PREFIX } from './constants.ts';
import type { OnError } from './queue-backend.ts';

/** One Redis channel a topic, on a connection of its own. */
export class RedisBus implements Bus {
  readonly #publisher: Redis;
  readonly #listener: Redis;
  readonly #onError: OnError;
  readonly #subscribers: BusSubscribers;

  private constructor(publisher: Redis, listener: Redis, onError: OnError) {
    this.#publisher = publisher;
    this.#listener = listener;
    this.#onError = onError;
    this.#subscribers = new BusSubscribers(onError);
  }

  static async open(publisher: Redis, onError: OnError): Promise<RedisBus> {
    // Subscribed again by hand: the resync must come after the subscription holds, or a message between is missed.
    const listener = publisher.duplicate({ autoResubscribe: false, maxRetriesPerRequest: null, lazyConnect: true });
    listener.on('error', (error: Error) => onError('bus', error));
    const bus = new RedisBus(publisher, listener, onError);
    listener.on('message', (_channel: string, text: string) => {
      const decoded = decodeBusMessage(text);
      if (decoded) bus.#subscribers.deliver(decoded);
    });
    await listener.connect();
    listener.on('ready', () => void bus.#resubscribe());
    return bus;
  }

  async publish(topic: string, message: JsonValue): Promise<void> {
    await this.#publisher.publish(toChannel(topic), encodeBusMessage(topic, message));
  }

  async subscribe(topic: string, onMessage: (message: unknown) => void, onResync?: () => void) {
    const remove = this.#subscribers.add(topic, { onMessage, onResync });
    // Every subscriber awaits it, also the second of a topic whose first is still under way.
    await this.#listener.subscribe(toChannel(topic));
    return async () => {
      if (remove()) await this.#listener.unsubscribe(toChannel(topic));
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscribers.clear();
    this.#listener.disconnect();
  }

  async #resubscribe(): Promise<void> {
    try {
      const channels = this.#subscribers.topics().map(toChannel);
      if (channels.length > 0) await this.#listener.subscribe(...channels);
      this.#subscribers.resync();
    } catch (error) {
      // Lost again; the next "ready" comes here once more.
      this.#onError('bus', error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function toChannel(topic: string): string {
  return `${REDIS_PREFIX}:bus:${topic}`;
}
