import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Env } from './app-environment.ts';
import { COMPOSE_STOP_TIMEOUT_MS, COMPOSE_UP_TIMEOUT_MS, DOCKER_ANSWER_TIMEOUT_MS } from './constants.ts';

const run = promisify(execFile);

/** The engine's version, or undefined when none answers in time. */
export async function findDockerEngine(signal?: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout } = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
      timeout: DOCKER_ANSWER_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    });
    const version = stdout.trim();
    // Without an engine some clients print an empty server part and still succeed.
    return /^\d/.test(version) ? version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts the services of docker-compose.yml and waits for their health checks.
 * @throws Error with the reason in one line
 */
export async function composeUp(
  root: string,
  env: Env,
  signal?: AbortSignal,
): Promise<{ databaseUrl: string; redisUrl: string }> {
  try {
    await run('docker', ['compose', 'up', '-d', '--wait'], {
      cwd: root,
      timeout: COMPOSE_UP_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    throw new Error(toOneLine(error), { cause: error });
  }
  // The same defaults as in docker-compose.yml, which a test compares.
  const user = env.POSTGRES_USER || 'bmm';
  const password = encodeURIComponent(env.POSTGRES_PASSWORD || 'bmm');
  return {
    databaseUrl: `postgres://${user}:${password}@127.0.0.1:${env.POSTGRES_PORT || '54320'}/bmm`,
    redisUrl: `redis://127.0.0.1:${env.REDIS_PORT || '63790'}`,
  };
}

/** False when nothing of ours runs there. */
export async function composeStop(root: string): Promise<boolean> {
  try {
    const { stdout } = await run('docker', ['compose', 'ps', '-q'], { cwd: root, timeout: COMPOSE_STOP_TIMEOUT_MS });
    if (stdout.trim() === '') return false;
    await run('docker', ['compose', 'stop'], { cwd: root, timeout: COMPOSE_STOP_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

/** Compose writes its progress to the same stream; the last line that complains says what went wrong. */
function toOneLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr || message || String(error)).split('\n').map((line) => line.trim());
  const complaints = lines.filter((line) => /error|unknown|denied|cannot|failed|unable|not /i.test(line));
  return complaints.at(-1) ?? lines.filter((line) => line !== '').at(-1) ?? 'no reason given';
}
