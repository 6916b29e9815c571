import { checkToolOutput } from '@bmm/mcp';
import { type Sandbox, SandboxStartError } from '@bmm/sandbox';
import { AppError, newId, type ToolSpec } from '@bmm/types';
import { type BuildRun, required, type Stage } from '../build-run.ts';
import { TOOL_TEST_TIMEOUT_MS } from '../constants.ts';

/** Starts the very bundle that would go live in a sandbox and calls every tool that talks to nobody with its example. */
export const testing: Stage = async (run, { sandboxes }) => {
  const spec = required(run, 'spec');
  const bundle = required(run, 'bundle');
  const sandbox = await sandboxes
    .start({ serverId: run.server.id, bundle, signal: run.signal })
    .catch((error: unknown) => {
      if (error instanceof SandboxStartError)
        throw new AppError('tool_test_failed', `The code does not start: ${error.message}`, { cause: error });
      throw error;
    });
  try {
    for (const tool of spec.tools) {
      if (tool.hosts.length > 0)
        await run.log(`${tool.name}: not called, because it talks to ${tool.hosts.join(', ')}.`);
      else await testTool(run, sandbox, tool);
    }
  } finally {
    await sandbox.stop();
  }
};

async function testTool(run: BuildRun, sandbox: Sandbox, tool: ToolSpec): Promise<void> {
  const startedAt = performance.now();
  const outcome = await sandbox.call({
    handler: tool.handler,
    arguments: tool.exampleArguments,
    callId: newId('call'),
    timeoutMs: TOOL_TEST_TIMEOUT_MS,
    signal: run.signal,
  });
  run.signal.throwIfAborted();
  if (!outcome.ok) throw new AppError('tool_test_failed', `${tool.name}: ${outcome.message}`);
  const check = checkToolOutput(tool, outcome.value);
  if (!check.ok) throw new AppError('tool_test_failed', check.message);
  await run.log(`${tool.name}: answered in ${Math.round(performance.now() - startedAt)} ms.`);
}
