import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import './global-setup.ts';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A fresh database on the run's PostgreSQL, empty or a copy of `template`; disposing drops it with its connections. */
export async function createTestDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = options.template ?? 'template0';
  // The default strategy writes every page to the log; copying files is faster for a small template.
  await runAsAdmin((admin) => admin.query(`create database ${name} template ${template} strategy file_copy`));
  const drop = async () => {
    await runAsAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
  };
  return { url: toDatabaseUrl(name), drop, [Symbol.asyncDispose]: drop };
}

/** Runs `work` on a connection to the maintenance database of the run's PostgreSQL. */
export async function runAsAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: toDatabaseUrl('postgres') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

export function toDatabaseUrl(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}
