import type { BusMessage } from './bus-message.ts';
import type { OnError } from './queue-backend.ts';

interface Subscriber {
  onMessage(message: unknown): void;
  onResync: (() => void) | undefined;
}

/** The subscribers of this process; one that throws does not keep the message from the others. */
export class BusSubscribers {
  readonly #byTopic = new Map<string, Set<Subscriber>>();
  readonly #onError: OnError;

  constructor(onError: OnError) {
    this.#onError = onError;
  }

  topics(): string[] {
    return [...this.#byTopic.keys()];
  }

  /** Returns a function that removes the subscriber and tells whether it was the topic's last. */
  add(topic: string, subscriber: Subscriber): () => boolean {
    const subscribers = this.#byTopic.get(topic) ?? new Set();
    this.#byTopic.set(topic, subscribers.add(subscriber));
    return () => {
      const isLast = subscribers.delete(subscriber) && subscribers.size === 0;
      if (isLast) this.#byTopic.delete(topic);
      return isLast;
    };
  }

  deliver({ topic, message }: BusMessage): void {
    for (const { onMessage } of [...(this.#byTopic.get(topic) ?? [])]) this.#guard(() => onMessage(message));
  }

  resync(): void {
    for (const subscribers of [...this.#byTopic.values()]) {
      for (const { onResync } of [...subscribers]) this.#guard(() => onResync?.());
    }
  }

  clear(): void {
    this.#byTopic.clear();
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onError('bus subscriber', error instanceof Error ? error : new Error(String(error)));
    }
  }
}
