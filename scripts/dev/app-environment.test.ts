import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type AppName, pickAppEnvironment } from './app-environment.ts';
import { readPublicOrigins, toSandboxDir, toStackEnvironment } from './stack-environment.ts';

const PORTS = { web: 3000, api: 4000, gateway: 4100 };
const settings = {
  root: '/srv/project',
  isProduction: false,
  ports: PORTS,
  secrets: { BETTER_AUTH_SECRET: 'auth', SECRETS_ENCRYPTION_KEY: 'key' },
  databaseUrl: 'postgres://127.0.0.1/bmm',
  redisUrl: undefined,
};
const everything = toStackEnvironment(
  {
    PATH: '/bin',
    ANTHROPIC_API_KEY: 'model-key',
    SMTP_URL: 'smtp://user:pass@mail',
    AWS_SECRET_ACCESS_KEY: 'not ours',
    GITHUB_TOKEN: 'not ours',
    LOG_LEVEL: '',
  },
  settings,
);
const of = (app: AppName) => pickAppEnvironment(app, everything);

test.each(['generator', 'gateway', 'web'] as const)(
  '%s holds no key of the control plane and no mail account',
  (app) => {
    const names = Object.keys(of(app));
    for (const secret of ['BETTER_AUTH_SECRET', 'SECRETS_ENCRYPTION_KEY', 'SMTP_URL'])
      expect(names).not.toContain(secret);
  },
);

test('only api and generator, which ask the model, hold its key', () => {
  const apps = ['api', 'generator', 'gateway', 'web'] as const;
  expect(apps.filter((app) => 'ANTHROPIC_API_KEY' in of(app))).toEqual(['api', 'generator']);
});

test('api gets the secrets and the database', () => {
  expect(of('api')).toMatchObject({ ...settings.secrets, DATABASE_URL: settings.databaseUrl });
});

test.each(['api', 'generator', 'gateway'] as const)('every variable that the config of %s reads reaches it', (app) => {
  const config = readFileSync(resolve(import.meta.dirname, `../../apps/${app}/src/config.ts`), 'utf8');
  const names = [...config.matchAll(/^ {2,4}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name ?? '');
  expect(names).toContain('DATABASE_URL');
  const passed = pickAppEnvironment(app, Object.fromEntries(names.map((name) => [name, 'set'])));
  expect(Object.keys(passed).toSorted()).toEqual(names.toSorted());
});

test('web never sees the database', () => {
  expect(of('web')).not.toHaveProperty('DATABASE_URL');
});

test.each(['api', 'generator', 'gateway', 'web'] as const)(
  '%s starts without what else is in our environment',
  (app) => {
    const env = of(app);
    expect(env).toMatchObject({ PATH: '/bin', WEB_URL: 'http://localhost:3000', BMM_PARENT_WATCH: '1' });
    expect(Object.values(env)).not.toContain('not ours');
    expect(env).not.toHaveProperty('LOG_LEVEL');
    expect(env).not.toHaveProperty('REDIS_URL');
  },
);

test('plain http in production is allowed on localhost only', () => {
  const production = { ...settings, isProduction: true };
  expect(toStackEnvironment({}, production)).toMatchObject({
    NODE_ENV: 'production',
    BMM_ALLOW_INSECURE_LOCALHOST: '1',
  });
  const open = toStackEnvironment({ WEB_URL: 'https://app.example.com' }, production);
  expect(open.BMM_ALLOW_INSECURE_LOCALHOST).toBeUndefined();
  expect(readPublicOrigins({ WEB_URL: 'https://localhost.example.com' }, PORTS).isLocalOnly).toBe(false);
});

test('a permission for plain http that was set by hand does not pass by a public address', () => {
  const env = { BMM_ALLOW_INSECURE_LOCALHOST: '1', PUBLIC_GATEWAY_URL: 'https://mcp.example.com' };
  expect(toStackEnvironment(env, { ...settings, isProduction: true }).BMM_ALLOW_INSECURE_LOCALHOST).toBeUndefined();
});

test('the sandbox folder stays short enough for unix sockets, however deep the project lies', () => {
  expect(toSandboxDir('/srv/project')).toBe('/srv/project/.bmm/sandbox');
  const deep = `/home/${'long-folder-name/'.repeat(8)}project`;
  expect(toSandboxDir(deep).length).toBeLessThan(50);
  expect(toSandboxDir(deep)).not.toBe(toSandboxDir(`${deep}2`));
});
