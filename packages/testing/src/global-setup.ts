import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@bmm/embedded-postgres';
import type { TestProject } from 'vitest/node';
import { freePort } from './free-port.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the run's PostgreSQL, for making databases on it. */
    postgresUrl: string;
  }
}

/** One PostgreSQL for the whole run, without durability; each test makes its own database on it. */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const homeDir = await mkdtemp(join(tmpdir(), 'bmm-test-postgres-'));
  const server = await startEmbeddedPostgres({ homeDir, port: await freePort(), database: 'postgres', durable: false });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(homeDir, { recursive: true, force: true });
  };
}
