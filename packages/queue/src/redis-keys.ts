import type { Redis } from 'ioredis';
import { REDIS_PREFIX } from './constants.ts';
import { assertDurationMs, assertKey, type ExpiringKeys } from './expiring-keys.ts';

/** One script, since inside it time stands still: a key that expires between two commands would lose its end. */
const INCREMENT = `
  redis.call('SET', KEYS[1], 0, 'PX', ARGV[1], 'NX')
  return { redis.call('INCR', KEYS[1]), redis.call('PTTL', KEYS[1]) }`;

export class RedisKeys implements ExpiringKeys {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.#redis.set(toRedisKey(key), value, 'PX', assertDurationMs(ttlMs));
  }

  async get(key: string): Promise<string | null> {
    return this.#redis.get(toRedisKey(key));
  }

  async take(key: string): Promise<string | null> {
    return this.#redis.getdel(toRedisKey(key));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    return (await this.#redis.set(toRedisKey(key), value, 'PX', assertDurationMs(ttlMs), 'NX')) === 'OK';
  }

  async increment(key: string, windowMs: number): Promise<{ count: number; resetsInMs: number }> {
    const answer = await this.#redis.eval(INCREMENT, 1, toRedisKey(key), assertDurationMs(windowMs));
    const [count, resetsInMs] = Array.isArray(answer) ? answer.map(Number) : [];
    if (count === undefined || resetsInMs === undefined) throw new Error('The counter gave no answer.');
    return { count, resetsInMs: Math.max(0, resetsInMs) };
  }

  async delete(key: string): Promise<void> {
    await this.#redis.del(toRedisKey(key));
  }
}

function toRedisKey(key: string): string {
  return `${REDIS_PREFIX}:key:${assertKey(key)}`;
}
