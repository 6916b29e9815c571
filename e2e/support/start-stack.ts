import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@bmm/embedded-postgres';
import { freePort, waitFor } from '@bmm/testing';
import type { AppName } from '../../scripts/dev/app-environment.ts';
import { prepareDatabase } from '../../scripts/dev/prepare-database.ts';
import { claimRunFile, readRunFile } from '../../scripts/dev/run-file.ts';
import { Stack } from '../../scripts/dev/stack.ts';
import { type StackApp, toStackApps } from '../../scripts/dev/stack-apps.ts';
import { toStackEnvironment } from '../../scripts/dev/stack-environment.ts';
import { createFileTerminal, logTail } from './stack-log.ts';
import { ensureWebBuilt } from './web-build.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
/** Logs are kept after a run, for whoever has to find out what happened. */
const LOG_DIR = join(ROOT, 'test-results/e2e');
const START_TIMEOUT_MS = 120_000;

/** Where a stack is, in plain data that can be handed to another process. */
export interface StackAddress {
  readonly webUrl: string;
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly databaseUrl: string;
  /** Holds the pids of everything that the stack runs. */
  readonly runFile: string;
  readonly logFile: string;
}

export interface StartedStack extends StackAddress, AsyncDisposable {
  /** By SIGKILL, with everything that it started; resolves when it is gone. */
  killApp(name: AppName): Promise<void>;
  startApp(name: AppName): Promise<void>;
  pidOf(name: AppName | 'postgres'): number;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  stop(): Promise<void>;
}

export interface StartStackOptions {
  /** Names the log file. */
  readonly name: string;
  /** Compiled output and production settings, on localhost. */
  readonly production?: boolean | undefined;
  /** False leaves the dashboard out. */
  readonly web?: boolean | undefined;
  /** True keeps PostgreSQL's durability, as in production. */
  readonly durable?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Starts the real apps on free ports with a PostgreSQL of their own; nothing of the developer's settings reaches them. */
export async function startStack(options: StartStackOptions): Promise<StartedStack> {
  const { production = false, web = true, durable = false } = options;
  if (web) ensureWebBuilt(ROOT);
  const home = await mkdtemp(join(tmpdir(), 'bmm-e2e-'));
  mkdirSync(LOG_DIR, { recursive: true });
  const logFile = join(LOG_DIR, `${options.name}.log`);
  await rm(logFile, { force: true });
  const runFile = join(home, 'run.json');
  const ports = { web: await freePort(), api: await freePort(), gateway: await freePort() };
  claimRunFile(runFile, `http://localhost:${ports.web}`);
  const stack = new Stack(runFile, createFileTerminal(logFile));
  stack.startKeeper();

  const databasePort = await freePort();
  let postgres: EmbeddedPostgres | undefined;
  const startDatabase = async () => {
    postgres = await startEmbeddedPostgres({ homeDir: join(home, 'postgres'), port: databasePort, durable });
    stack.ownEmbedded(postgres);
    if (postgres.port !== databasePort) throw new Error(`PostgreSQL's port ${databasePort} was taken by somebody.`);
    return postgres.url;
  };
  const stop = async () => {
    await stack.stop();
    await rm(home, { recursive: true, force: true });
  };

  try {
    const databaseUrl = await startDatabase();
    await prepareDatabase(databaseUrl);
    const apps = listApps({ production, web, ports, databaseUrl, home, env: options.env ?? {} });
    const startApp = (name: AppName) => stack.startApp(getApp(apps, name));
    await untilReady(stack, Promise.all(apps.map((app) => stack.startApp(app))), logFile);
    stack.markReady();
    const pidOf = (name: string): number => {
      const entry = readRunFile(runFile)?.processes.findLast((running) => running.name === name);
      if (entry === undefined) throw new Error(`${name} was not started.`);
      return entry.pid;
    };
    return {
      webUrl: `http://localhost:${ports.web}`,
      apiUrl: `http://127.0.0.1:${ports.api}`,
      gatewayUrl: `http://localhost:${ports.gateway}`,
      databaseUrl,
      runFile,
      logFile,
      startApp,
      pidOf,
      async killApp(name) {
        const pid = pidOf(name);
        process.kill(-pid, 'SIGKILL');
        await waitFor(() => !isAlive(pid));
      },
      stopDatabase: async () => postgres?.stop(),
      startDatabase: async () => void (await startDatabase()),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface AppsOptions {
  production: boolean;
  web: boolean;
  ports: { web: number; api: number; gateway: number };
  databaseUrl: string;
  home: string;
  env: Readonly<Record<string, string>>;
}

function listApps({ production, web, ports, databaseUrl, home, env }: AppsOptions): StackApp[] {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const secrets = {
    BETTER_AUTH_SECRET: randomBytes(32).toString('base64url'),
    SECRETS_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  };
  const toApps = (isProduction: boolean) =>
    toStackApps({
      root: ROOT,
      isProduction,
      isWatching: false,
      ports,
      env: toStackEnvironment(
        { PATH, HOME, LANG, TMPDIR, SANDBOX_RUN_DIR: join(home, 'sandbox'), ...env },
        { root: ROOT, isProduction, ports, secrets, databaseUrl, redisUrl: env.REDIS_URL },
      ),
    });
  const nodeApps = toApps(production).filter((app) => app.name !== 'web');
  return web ? [...nodeApps, getApp(toApps(true), 'web')] : nodeApps;
}

function getApp(apps: readonly StackApp[], name: AppName): StackApp {
  const app = apps.find((other) => other.name === name);
  if (app === undefined) throw new Error(`This stack has no ${name}.`);
  return app;
}

async function untilReady(stack: Stack, started: Promise<unknown>, logFile: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('The stack did not start in time.'), START_TIMEOUT_MS);
  });
  const problem = await Promise.race([started.then(() => undefined), stack.ended, late]);
  clearTimeout(timer);
  if (problem !== undefined) throw new Error(`${problem} The last lines of ${logFile}:\n${logTail(logFile)}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
