import { openDatabase } from '@bmm/db';
import { createLogger, runUntilStopped } from '@bmm/process';
import { openQueueBackend } from '@bmm/queue';
import { createWorkerdDriver, describeTier } from '@bmm/sandbox';
import { loadConfig } from './config.ts';
import { CLOSE_WITHIN_MS, DATABASE_CONNECTIONS_MAX } from './constants.ts';
import { buildGateway } from './gateway.ts';

const config = loadConfig(process.env);
const logger = createLogger('gateway', config.logLevel);
const database = openDatabase({
  url: config.databaseUrl,
  connectionsMax: DATABASE_CONNECTIONS_MAX,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
});
const queue = await openQueueBackend({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  onError: (where, error) => logger.warn({ err: error, where }, 'queue'),
});
const driver = createWorkerdDriver({ runDir: config.sandbox.runDir, minTier: config.sandbox.minTier });
logger.info({ tier: driver.tier, shortfalls: driver.tierShortfalls }, describeTier(driver.tier, driver));
const orphans = await driver.reapOrphans();
if (orphans > 0) logger.warn({ orphans }, 'stopped sandboxes that a crashed predecessor left running');
const gateway = await buildGateway(config, { db: database.db, bus: queue.bus, driver, logger });
await gateway.listen();
logger.info({ host: config.host, port: config.port, url: config.urls.issuer }, 'listening');

runUntilStopped({
  logger,
  closeWithinMs: CLOSE_WITHIN_MS,
  withParent: config.exitWithParent,
  async close() {
    await gateway.close();
    await driver.close();
    await Promise.allSettled([queue.close(), database.close()]);
  },
});
