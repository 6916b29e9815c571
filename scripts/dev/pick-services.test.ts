import { freePort } from '@bmm/testing';
import { expect, test, vi } from 'vitest';
import type { Env } from './app-environment.ts';
import { pickServices, type ServiceProbes } from './pick-services.ts';
import { postgresAnswers, redisAnswers } from './service-probes.ts';

const COMPOSE = { databaseUrl: 'postgres://compose', redisUrl: 'redis://compose' };
const EMBEDDED = { url: 'postgres://embedded', port: 54329, pid: 1, adopted: false, stop: async () => undefined };

function world(overrides: Partial<ServiceProbes> = {}) {
  const probes = {
    postgresAnswers: vi.fn(async () => undefined),
    redisAnswers: vi.fn(async () => undefined),
    findDockerEngine: vi.fn(async () => undefined),
    startCompose: vi.fn(async () => COMPOSE),
    startEmbedded: vi.fn(async () => EMBEDDED),
    ...overrides,
  } satisfies ServiceProbes;
  const said: string[] = [];
  const pick = (env: Env, isDockerAllowed = true) =>
    pickServices(env, isDockerAllowed, probes, (text) => said.push(text));
  return { probes, said, pick };
}
const withDocker = { findDockerEngine: async () => '28.1.0' };

test('DATABASE_URL wins over everything, and no Redis is looked for', async () => {
  const { pick, probes, said } = world(withDocker);
  expect(await pick({ DATABASE_URL: 'postgres://mine' })).toEqual({
    databaseUrl: 'postgres://mine',
    redisUrl: undefined,
    embedded: undefined,
  });
  expect(said).toEqual(['PostgreSQL from DATABASE_URL. No Redis: the queue runs on PostgreSQL.']);
  expect(probes.startCompose).not.toHaveBeenCalled();
});

test('a named database that does not answer ends the start: nothing else is tried', async () => {
  const { pick, probes } = world({ ...withDocker, postgresAnswers: async () => 'ECONNREFUSED' });
  await expect(pick({ DATABASE_URL: 'postgres://mine' })).rejects.toThrow(
    'DATABASE_URL is set, but PostgreSQL does not answer there: ECONNREFUSED.',
  );
  expect(probes.startCompose).not.toHaveBeenCalled();
  expect(probes.startEmbedded).not.toHaveBeenCalled();
});

test('a named Redis that does not answer ends the start before anything is started', async () => {
  const { pick, probes } = world({ redisAnswers: async () => 'ECONNREFUSED' });
  await expect(pick({ REDIS_URL: 'redis://mine' })).rejects.toThrow('REDIS_URL is set, but Redis does not answer');
  expect(probes.startEmbedded).not.toHaveBeenCalled();
});

test('a Docker engine that answers gives both services', async () => {
  const { pick, said } = world(withDocker);
  expect(await pick({})).toEqual({ ...COMPOSE, embedded: undefined });
  expect(said.at(-1)).toBe('PostgreSQL from docker compose. Redis from docker compose.');
});

test('a Redis of your own is used beside the database of docker compose', async () => {
  const { pick } = world(withDocker);
  expect(await pick({ REDIS_URL: 'redis://mine' })).toMatchObject({
    databaseUrl: COMPOSE.databaseUrl,
    redisUrl: 'redis://mine',
  });
});

test('without an engine the embedded PostgreSQL is used, and one line says so', async () => {
  const { pick, said } = world();
  expect(await pick({})).toEqual({ databaseUrl: EMBEDDED.url, redisUrl: undefined, embedded: EMBEDDED });
  expect(said).toEqual(['Embedded PostgreSQL 17 on port 54329. No Redis: the queue runs on PostgreSQL.']);
});

test('when compose fails the reason is said in one line and the embedded PostgreSQL is used', async () => {
  const fails = async () => Promise.reject(new Error('failed to resolve reference "postgres:17"'));
  const { pick, said } = world({ ...withDocker, startCompose: fails });
  expect(await pick({})).toMatchObject({ databaseUrl: EMBEDDED.url });
  expect(said[1]).toBe(
    'docker compose failed (failed to resolve reference "postgres:17"), so the embedded PostgreSQL is used.',
  );
});

test('--no-docker never asks Docker', async () => {
  const { pick, probes } = world();
  await pick({}, false);
  expect(probes.findDockerEngine).not.toHaveBeenCalled();
});

test('the real probes tell why nobody answers', async () => {
  const port = await freePort();
  expect(await postgresAnswers(`postgres://127.0.0.1:${port}/bmm`)).toContain('ECONNREFUSED');
  expect(await postgresAnswers('no url at all')).toBeDefined();
  expect(await redisAnswers(`redis://127.0.0.1:${port}`)).toContain('ECONNREFUSED');
});
