/** `pnpm dev`, `pnpm dev:no-docker` and `pnpm start`. */
import { readPorts } from './check-ports.ts';
import { loadDotEnv, ROOT, RUN_FILE } from './project.ts';
import { readOptions } from './read-options.ts';
import { claimRunFile } from './run-file.ts';
import { Stack } from './stack.ts';
import { readPublicOrigins } from './stack-environment.ts';
import { startStack } from './start-stack.ts';
import { StopReason } from './stop-reason.ts';
import { superviseStack } from './supervise-stack.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();

async function run(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  loadDotEnv();
  const env = process.env;
  const ports = readPorts(env);
  const { dashboardUrl } = readPublicOrigins(env, ports);
  const claim = claimRunFile(RUN_FILE, dashboardUrl);
  if (!claim.ok) {
    const { running } = claim;
    throw new StopReason(
      running
        ? `It is already running (pid ${running.pid}), dashboard at ${running.dashboardUrl}`
        : 'It is just starting.',
    );
  }
  const stack = new Stack(RUN_FILE, terminal);
  return superviseStack({
    stack,
    terminal,
    start: () => startStack(stack, terminal, { ...options, root: ROOT, env, ports, leftBehind: claim.leftBehind }),
    endsWithParent: Boolean(env.npm_lifecycle_event),
  });
}

try {
  process.exitCode = await run();
} catch (error) {
  terminal.fail(error instanceof StopReason ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
}
// An app's half-closed pipe or an open request must not keep a finished run alive.
process.exit();
