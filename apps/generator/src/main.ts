import { join, resolve } from 'node:path';
import { openDatabase } from '@bmm/db';
import { createSpecGenerator, DEFAULT_MODEL } from '@bmm/generation';
import { createLogger, runUntilStopped } from '@bmm/process';
import { openQueueBackend } from '@bmm/queue';
import { createWorkerdDriver, describeTier } from '@bmm/sandbox';
import { loadConfig } from './config.ts';
import { SHUTDOWN_MS } from './constants.ts';
import { startBuildWorker } from './worker.ts';

const config = loadConfig(process.env);
const logger = createLogger('generator', config.logLevel);
const database = openDatabase({
  url: config.databaseUrl,
  connectionsMax: config.concurrency + 4,
  onError: (error) => logger.warn({ err: error }, 'database connection lost'),
});
const queue = await openQueueBackend({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  onError: (where, error) => logger.warn({ err: error, where }, 'queue failure'),
});
const sandboxes = createWorkerdDriver({
  runDir: resolve(join(config.sandbox.runDir, 'generator')),
  minTier: config.sandbox.minTier,
});
logger.info({ tier: sandboxes.tier }, describeTier(sandboxes.tier, sandboxes));
await sandboxes.reapOrphans();
const worker = await startBuildWorker({
  db: database.db,
  queue,
  logger,
  concurrency: config.concurrency,
  leaseMs: config.leaseMs,
  stages: {
    db: database.db,
    sandboxes,
    urls: config.urls,
    specGenerator: createSpecGenerator({
      anthropic: config.anthropic && { ...config.anthropic, model: config.anthropic.model ?? DEFAULT_MODEL },
    }),
  },
});

runUntilStopped({
  logger,
  closeWithinMs: SHUTDOWN_MS,
  withParent: config.exitWithParent,
  async close() {
    await worker.close();
    await sandboxes.close();
    await queue.close();
    await database.close();
  },
});
logger.info(
  { model: config.anthropic === undefined ? 'none (built-in spec)' : (config.anthropic.model ?? DEFAULT_MODEL) },
  'generator ready',
);
