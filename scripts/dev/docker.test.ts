import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { composeUp, findDockerEngine } from './docker.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bmm-docker-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a `docker` command first on the search path. */
function installDocker(script: string): void {
  const file = join(folder, 'docker');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

test('an engine that answers is found by its version', async () => {
  installDocker('echo 28.1.0');
  expect(await findDockerEngine()).toBe('28.1.0');
});

test('a client without an engine does not count, whether it fails or prints nothing', async () => {
  installDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
  expect(await findDockerEngine()).toBeUndefined();
  installDocker('echo ""');
  expect(await findDockerEngine()).toBeUndefined();
});

test('an engine that never answers is given up in a few seconds', async () => {
  installDocker('exec sleep 60');
  const startedAt = performance.now();
  expect(await findDockerEngine()).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a compose that cannot pull tells the last line of its complaint', async () => {
  installDocker('printf "redis Pulling\\n\\nError response from daemon: no such host\\n" >&2; exit 1');
  await expect(composeUp(folder, {})).rejects.toThrow(/^Error response from daemon: no such host$/);
});

test('an engine without the compose plugin says what it does not know', async () => {
  installDocker(
    `printf "unknown shorthand flag: 'd' in -d\\n\\nUsage:  docker [OPTIONS]\\n\\nRun 'docker --help'\\n" >&2; exit 125`,
  );
  await expect(composeUp(folder, {})).rejects.toThrow("unknown shorthand flag: 'd' in -d");
});

test('the addresses are those of docker-compose.yml, with the same defaults', async () => {
  installDocker('exit 0');
  expect(await composeUp(folder, {})).toEqual({
    databaseUrl: 'postgres://bmm:bmm@127.0.0.1:54320/bmm',
    redisUrl: 'redis://127.0.0.1:63790',
  });
  const compose = readFileSync(resolve(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
  expect(compose).toMatch(/"127\.0\.0\.1:\$\{POSTGRES_PORT:-54320\}:5432"/);
  expect(compose).toMatch(/"127\.0\.0\.1:\$\{REDIS_PORT:-63790\}:6379"/);
  expect(compose).toMatch(/POSTGRES_PASSWORD: \$\{POSTGRES_PASSWORD:-bmm\}/);
});
