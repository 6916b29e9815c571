// Started by a test that kills it: a process with one sandbox, which it leaves behind.
import { TEST_BUNDLE } from './test-bundle.ts';
import { createWorkerdDriver } from './workerd-driver.ts';

const [, , runDir] = process.argv;
if (runDir === undefined) throw new Error('Usage: start-and-wait <run directory>');
const sandbox = await createWorkerdDriver({ runDir }).start({ serverId: 'orphan', bundle: TEST_BUNDLE });
process.stdout.write(`${sandbox.pid}\n`);
setInterval(() => {}, 60_000);
