import { join } from 'node:path';
import type { Env } from './app-environment.ts';
import { assertBuilt } from './assert-built.ts';
import { assertPortsFree, type Ports } from './check-ports.ts';
import { HOME_DIR } from './constants.ts';
import { pickServices } from './pick-services.ts';
import { prepareDatabase } from './prepare-database.ts';
import type { DevOptions } from './read-options.ts';
import type { RunningProcess } from './run-file.ts';
import { ensureSecrets } from './secrets-file.ts';
import { createServiceProbes } from './service-probes.ts';
import type { Stack } from './stack.ts';
import { toStackApps } from './stack-apps.ts';
import { readPublicOrigins, toStackEnvironment } from './stack-environment.ts';
import { stopProcesses } from './stop-processes.ts';
import type { Terminal } from './terminal.ts';
import { toWelcome } from './welcome.ts';

export interface StartOptions extends DevOptions {
  root: string;
  env: Env;
  ports: Ports;
  /** What a killed run left; its apps are ended, its PostgreSQL is taken on. */
  leftBehind: readonly RunningProcess[];
}

/** The whole way from a clean folder to a stack that answers. @throws StopReason */
export async function startStack(stack: Stack, terminal: Terminal, options: StartOptions): Promise<void> {
  const { root, env, ports, isProduction } = options;
  const startedAt = performance.now();
  stack.startKeeper();
  if (isProduction) assertBuilt(root);
  await stopLeftBehind(options.leftBehind, 'group', terminal);
  await assertPortsFree(ports, options.command);
  const { secrets, generated } = ensureSecrets(join(root, HOME_DIR, 'secrets.env'), env);
  if (generated.length > 0) {
    terminal.step(
      `Made ${generated.join(' and ')} and keeps them in ${HOME_DIR}/secrets.env (not in git). Back it up.`,
    );
  }
  const probes = createServiceProbes(root, env, stack.signal);
  const services = await pickServices(env, options.isDockerAllowed, probes, terminal.step);
  if (services.embedded) stack.ownEmbedded(services.embedded);
  else await stopLeftBehind(options.leftBehind, 'postgres', terminal);
  await prepareDatabase(services.databaseUrl);
  const appEnv = toStackEnvironment(env, { root, isProduction, ports, secrets, ...services });
  const apps = toStackApps({ root, isProduction, isWatching: options.isWatching, ports, env: appEnv });
  await Promise.all(apps.map((app) => stack.startApp(app)));
  stack.markReady();
  const origins = readPublicOrigins(env, ports);
  terminal.line(toWelcome({ env, ports, origins, isProduction, startedInMs: performance.now() - startedAt }, terminal));
}

async function stopLeftBehind(
  processes: readonly RunningProcess[],
  kind: RunningProcess['kind'],
  terminal: Terminal,
): Promise<void> {
  const stopped = await stopProcesses(processes.filter((entry) => entry.kind === kind));
  if (stopped.length > 0)
    terminal.step(`Ended what a killed run had left: ${stopped.map(({ name }) => name).join(', ')}.`);
}
