import { Redis } from 'ioredis';
import type { BackendParts } from './backend-parts.ts';
import { CONNECT_TIMEOUT_MS, REDIS_RETRIES_MAX } from './constants.ts';
import type { OnError } from './queue-backend.ts';
import { RedisBus } from './redis-bus.ts';
import { createRedisDriver } from './redis-driver.ts';
import { RedisKeys } from './redis-keys.ts';

export async function openRedisParts(redisUrl: string, onError: OnError): Promise<BackendParts> {
  const open = (maxRetriesPerRequest: number | null) => {
    const redis = new Redis(redisUrl, { connectTimeout: CONNECT_TIMEOUT_MS, lazyConnect: true, maxRetriesPerRequest });
    redis.on('error', (error: Error) => onError('redis', error));
    return redis;
  };
  const commands = open(REDIS_RETRIES_MAX);
  // BullMQ's workers ask for a connection that never gives a command up.
  const patient = open(null);
  const disconnect = () => {
    commands.disconnect();
    patient.disconnect();
  };
  try {
    await Promise.all([commands.connect(), patient.connect()]);
    const bus = await RedisBus.open(commands, onError);
    return {
      kind: 'redis',
      bus,
      keys: new RedisKeys(commands),
      driver: createRedisDriver(commands, patient),
      ping: async () => void (await commands.ping()),
      async closeConnections() {
        await bus[Symbol.asyncDispose]();
        disconnect();
      },
    };
  } catch (cause) {
    disconnect();
    // Host only: the URL may carry a password.
    throw new Error(`Redis at ${new URL(redisUrl).host} does not answer.`, { cause });
  }
}
