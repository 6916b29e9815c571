import { createLogger, runUntilStopped } from '@bmm/process';
import { buildApp } from './app.ts';
import { loadConfig } from './config.ts';
import { SHUTDOWN_MS } from './constants.ts';
import { openDeps } from './deps.ts';

const config = loadConfig(process.env);
const logger = createLogger('api', config.logLevel);
const deps = await openDeps(config, logger);
const app = await buildApp(config, deps);

runUntilStopped({
  logger,
  closeWithinMs: SHUTDOWN_MS,
  withParent: config.exitWithParent,
  async close() {
    await app.close();
    await deps.close();
  },
});
await app.listen({ host: config.host, port: config.port });
