/** `pnpm db:migrate` and `pnpm db:push`, on the same database that `pnpm dev` would use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pickServices } from './dev/pick-services.ts';
import { prepareDatabase } from './dev/prepare-database.ts';
import { loadDotEnv, ROOT } from './dev/project.ts';
import { createServiceProbes } from './dev/service-probes.ts';
import { StopReason } from './dev/stop-reason.ts';
import { createTerminal } from './dev/terminal.ts';

const terminal = createTerminal();

async function push(databaseUrl: string): Promise<number> {
  const cwd = join(ROOT, 'packages/db');
  // The person answers drizzle-kit's questions about renames, so it gets our terminal.
  const child = spawn(process.execPath, ['node_modules/drizzle-kit/bin.cjs', 'push'], {
    cwd,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function run(args: readonly string[]): Promise<number> {
  const [command] = args;
  if (command !== 'migrate' && command !== 'push') throw new StopReason('Say what to do: migrate or push.');
  loadDotEnv();
  const aborter = new AbortController();
  const probes = createServiceProbes(ROOT, process.env, aborter.signal);
  const services = await pickServices(process.env, !args.includes('--no-docker'), probes, terminal.step);
  try {
    if (command === 'push') return await push(services.databaseUrl);
    await prepareDatabase(services.databaseUrl);
    terminal.step('The schema is up to date.');
    return 0;
  } finally {
    // One that was running before belongs to `pnpm dev`.
    if (services.embedded && !services.embedded.adopted) await services.embedded.stop();
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  terminal.fail(error instanceof StopReason ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
}
