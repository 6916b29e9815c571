import type { JsonValue } from '@bmm/types';
import pg from 'pg';
import type { Bus } from './bus.ts';
import { decodeBusMessage, encodeBusMessage } from './bus-message.ts';
import { BusSubscribers } from './bus-subscribers.ts';
import { BUS_CHANNEL, CONNECT_TIMEOUT_MS, RECONNECT_FIRST_MS, RECONNECT_MAX_MS } from './constants.ts';
import type { OnError } from './queue-backend.ts';

/** One LISTEN channel for all topics, on a connection of its own that is made again when it is lost. */
export class PostgresBus implements Bus {
  readonly #databaseUrl: string;
  readonly #pool: pg.Pool;
  readonly #onError: OnError;
  readonly #subscribers: BusSubscribers;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #connecting: Promise<void> | undefined;
  #closed = false;

  private constructor(databaseUrl: string, pool: pg.Pool, onError: OnError) {
    this.#databaseUrl = databaseUrl;
    this.#pool = pool;
    this.#onError = onError;
    this.#subscribers = new BusSubscribers(onError);
  }

  static async open(databaseUrl: string, pool: pg.Pool, onError: OnError): Promise<PostgresBus> {
    const bus = new PostgresBus(databaseUrl, pool, onError);
    await bus.#connect();
    return bus;
  }

  async publish(topic: string, message: JsonValue): Promise<void> {
    await this.#pool.query('select pg_notify($1, $2)', [BUS_CHANNEL, encodeBusMessage(topic, message)]);
  }

  async subscribe(topic: string, onMessage: (message: unknown) => void, onResync?: () => void) {
    const remove = this.#subscribers.add(topic, { onMessage, onResync });
    return async () => {
      remove();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#subscribers.clear();
    await this.#connecting?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload }) => {
      const decoded = decodeBusMessage(payload ?? '');
      if (decoded) this.#subscribers.deliver(decoded);
    });
    try {
      await client.connect();
      await client.query(`listen ${BUS_CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
  }

  #lost(client: pg.Client, error?: Error): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (this.#closed) return;
    this.#onError('bus', error ?? new Error('The connection ended.'));
    this.#reconnectAfter(RECONNECT_FIRST_MS);
  }

  #reconnectAfter(delayMs: number): void {
    this.#retry = setTimeout(() => {
      if (this.#closed) return;
      this.#connecting = this.#connect().then(
        () => this.#subscribers.resync(),
        () => this.#reconnectAfter(Math.min(delayMs * 2, RECONNECT_MAX_MS)),
      );
    }, delayMs);
  }
}
