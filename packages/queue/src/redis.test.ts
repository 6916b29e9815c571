import { freePort, startRedis } from '@bmm/testing';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { openQueueBackend } from './index.ts';
import { queueContract } from './queue-contract.ts';

const redis = await startRedis();
const databaseUrl = 'postgres://unused@127.0.0.1:1/unused';

if ('skipped' in redis) {
  console.warn(`The Redis half of the queue contract is skipped: ${redis.skipped}.`);
  test.skip(`on Redis: ${redis.skipped}`);
} else {
  const admin = new Redis(redis.url);
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
  });

  describe('on Redis', () => {
    queueContract(() => ({
      databaseUrl,
      redisUrl: redis.url,
      async cutConnections() {
        for (const type of ['normal', 'pubsub']) await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
      },
      async countConnections() {
        return (
          String(await admin.call('CLIENT', 'LIST'))
            .trim()
            .split('\n').length - 1
        );
      },
    }));

    test('a server that does not answer is an error at once, without the password', async () => {
      const redisUrl = `redis://:hidden@127.0.0.1:${await freePort()}`;
      await expect(openQueueBackend({ databaseUrl, redisUrl, onError: () => undefined })).rejects.toThrow(
        /^Redis at 127\.0\.0\.1:\d+ does not answer\.$/,
      );
    });
  });
}
