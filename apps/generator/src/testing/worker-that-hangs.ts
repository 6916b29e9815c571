// A worker process of its own whose model never answers; it tells its parent when it has begun to wait.
import { once } from 'node:events';
import { openDatabase } from '@bmm/db';
import { createLogger } from '@bmm/process';
import { openQueueBackend } from '@bmm/queue';
import { createWorkerdDriver } from '@bmm/sandbox';
import { publicUrls } from '@bmm/types';
import { startBuildWorker } from '../worker.ts';

const [databaseUrl] = process.argv.slice(2);
if (databaseUrl === undefined) throw new Error('usage: worker-that-hangs DATABASE_URL');
const { db } = openDatabase({ url: databaseUrl, connectionsMax: 4, onError: () => undefined });
await startBuildWorker({
  db,
  queue: await openQueueBackend({ databaseUrl, onError: () => undefined }),
  logger: createLogger('generator', 'silent'),
  concurrency: 1,
  leaseMs: 2_000,
  stages: {
    db,
    sandboxes: createWorkerdDriver({ runDir: '/nonexistent' }),
    urls: publicUrls('http://localhost:4100', 'http://localhost:4100/s/{slug}/mcp'),
    specGenerator: {
      source: 'mock',
      async generate(_request, { signal }) {
        process.send?.('waiting');
        await once(signal, 'abort');
        throw signal.reason;
      },
    },
  },
});
