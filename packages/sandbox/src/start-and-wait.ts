// Started by a test that kills it: a process with one sandbox, which it leaves behind.
import { SANDBOX_TIERS } from './sandbox-tier.ts';
import { TEST_BUNDLE } from './test-bundle.ts';
import { createWorkerdDriver } from './workerd-driver.ts';

const [, , runDir, tierName] = process.argv;
const tier = SANDBOX_TIERS.find((name) => name === tierName);
if (runDir === undefined || tier === undefined) throw new Error('Usage: start-and-wait <run directory> <tier>');
const sandbox = await createWorkerdDriver({ runDir, tier }).start({ serverId: 'orphan', bundle: TEST_BUNDLE });
process.stdout.write(`${sandbox.pid}\n`);
setInterval(() => {}, 60_000);
