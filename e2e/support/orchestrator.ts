import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, waitFor } from '@bmm/testing';
import { findRunningStack, type RunState, readRunFile } from '../../scripts/dev/run-file.ts';
import { readLog } from './stack-log.ts';
import { ROOT, type StackAddress } from './start-stack.ts';

const RUN_FILE = join(ROOT, '.bmm/run.json');
const READY_TIMEOUT_MS = 90_000;

export interface Orchestrator {
  readonly stack: StackAddress;
  readonly child: ChildProcess;
  /** What it started, as its run file says. */
  readonly processes: RunState['processes'];
  output(): string;
  /** Presses Ctrl-C. @returns milliseconds until it was gone, and its exit code */
  interrupt(): Promise<{ tookMs: number; exitCode: number | null }>;
}

/** The stack that somebody runs from this folder at the moment; a second one cannot start. */
export function findOwnersStack(): RunState | undefined {
  return findRunningStack(RUN_FILE);
}

/** Runs `pnpm start` without pnpm: the orchestrator itself, on free ports and the given database. */
export async function startOrchestrator(databaseUrl: string, flags: readonly string[]): Promise<Orchestrator> {
  const [web, api, gateway] = [await freePort(), await freePort(), await freePort()];
  const logFile = join(ROOT, 'test-results/e2e/orchestrator.log');
  mkdirSync(join(ROOT, 'test-results/e2e'), { recursive: true });
  // Emptied at once: the stream opens later, and the last run's lines must not be taken for this one's.
  writeFileSync(logFile, '');
  const log = createWriteStream(logFile);
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const ports = { WEB_PORT: String(web), API_PORT: String(api), GATEWAY_PORT: String(gateway) };
  // Set, if only to nothing: what stands in a developer's .env does not win over it.
  const unset = { WEB_URL: '', PUBLIC_GATEWAY_URL: '', PUBLIC_MCP_URL_TEMPLATE: '', REDIS_URL: '', SMTP_URL: '' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/dev/main.ts', ...flags], {
    cwd: ROOT,
    env: { PATH, HOME, LANG, TMPDIR, ...unset, ANTHROPIC_API_KEY: '', DATABASE_URL: databaseUrl, ...ports },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exited = once(child, 'exit');
  const output = () => readLog(logFile);
  await waitFor(() => output().includes('ready in') || child.exitCode !== null, { timeoutMs: READY_TIMEOUT_MS });
  if (child.exitCode !== null) throw new Error(`The orchestrator ended before it was ready:\n${output()}`);
  const state = existsSync(RUN_FILE) ? readRunFile(RUN_FILE) : undefined;
  if (state === undefined) throw new Error('The orchestrator wrote no run file.');
  return {
    stack: {
      webUrl: `http://localhost:${web}`,
      apiUrl: `http://127.0.0.1:${api}`,
      gatewayUrl: `http://localhost:${gateway}`,
      databaseUrl,
      runFile: RUN_FILE,
      logFile,
    },
    child,
    processes: state.processes,
    output,
    async interrupt() {
      const startedAt = performance.now();
      child.kill('SIGINT');
      await exited;
      return { tookMs: performance.now() - startedAt, exitCode: child.exitCode };
    },
  };
}
