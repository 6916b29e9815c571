import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig as loadApiConfig } from '../apps/api/src/config.ts';
import { loadConfig as loadGatewayConfig } from '../apps/gateway/src/config.ts';
import { loadConfig as loadGeneratorConfig } from '../apps/generator/src/config.ts';

const ROOT = resolve(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, '.env.example'), 'utf8');
const asItIs = parseEnv(text);
const uncommented = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));

/** What `pnpm dev` adds by itself. */
const GENERATED = {
  DATABASE_URL: 'postgres://127.0.0.1/bmm',
  BETTER_AUTH_SECRET: 'kT3vQz8Wn1LxR5pYb7Hc2MfJd9GsUa4E',
  SECRETS_ENCRYPTION_KEY: '9f2c4b7d1e8a3f605d9b7c2e4a18f36bd07e5c91a2b3846f7e0d1c2b3a495867',
};
/** Set by the scripts that start the apps, never by a person. */
const INTERNAL = ['NODE_ENV', 'BMM_PARENT_WATCH', 'BMM_ALLOW_INSECURE_LOCALHOST'];
/** Read by `pnpm dev` and docker-compose.yml, not by an app. */
const FOR_SCRIPTS = ['WEB_PORT', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_PORT', 'REDIS_PORT'];
const APPS = { api: loadApiConfig, gateway: loadGatewayConfig, generator: loadGeneratorConfig };
const NAMES = Object.keys(APPS) as (keyof typeof APPS)[];

/** Every name that the app's config parses, also those that several apps share. */
function readByConfig(app: string): string[] {
  const config = [`apps/${app}/src/config.ts`, 'packages/process/src/settings.ts']
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join('\n');
  return [...config.matchAll(/^ {2,4}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name ?? '');
}

function readByWeb(): string[] {
  const env = readFileSync(join(ROOT, 'apps/web/src/lib/env.ts'), 'utf8');
  return [...env.matchAll(/process\.env\.([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name ?? '');
}

test.each(NAMES)('%s starts with .env.example as it is', (app) => {
  expect(() => APPS[app]({ ...asItIs, ...GENERATED })).not.toThrow();
});

test.each(NAMES)('%s starts with every line of .env.example uncommented', (app) => {
  expect(() => APPS[app]({ ...uncommented, ...GENERATED })).not.toThrow();
});

test('it names every variable that an app reads, and no other', () => {
  const read = new Set(
    [...NAMES.flatMap(readByConfig), ...readByWeb(), ...FOR_SCRIPTS].filter((name) => !INTERNAL.includes(name)),
  );
  expect(Object.keys(uncommented).toSorted()).toEqual([...read].toSorted());
});

test('it holds no secret that somebody could use', () => {
  const secret = /KEY|SECRET|PASSWORD|TOKEN$|SMTP_URL/;
  const given = Object.entries(uncommented).filter(([name, value]) => secret.test(name) && value !== '');
  expect(given).toEqual([]);
  expect(text).not.toMatch(/:\/\/[^\s:@/]+:(?!password@)[^\s@/]+@/);
});

test('every variable stands under a line that explains it', () => {
  const lines = text.split('\n');
  const unexplained = lines.filter((line, index) => {
    const above = lines[index - 1] ?? '';
    return /^#[A-Z_]+=/.test(line) && !/^# \S|^#[A-Z_]+=/.test(above);
  });
  expect(unexplained).toEqual([]);
});
