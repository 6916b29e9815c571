import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const complete = {
  DATABASE_URL: 'postgres://localhost/bmm',
  BETTER_AUTH_SECRET: 'a-secret-for-tests-with-32-characters',
  SECRETS_ENCRYPTION_KEY: '8f3ac1d2e4b596a7087162534f5e6d7c8b9aa0b1c2d3e4f5061728394a5b6c7d',
};
const production = {
  ...complete,
  NODE_ENV: 'production',
  WEB_URL: 'https://app.example.com',
  PUBLIC_GATEWAY_URL: 'https://mcp.example.com',
  SMTP_URL: 'smtp://mail.example.com',
  MAIL_FROM: 'no-reply@example.com',
};

test('development needs a database and two secrets, and has a default for everything else', () => {
  expect(loadConfig(complete)).toMatchObject({
    port: 4000,
    webUrl: 'http://localhost:3000',

    secureCookies: false,
    mail: undefined,
  });
  expect(loadConfig(complete).urls.mcpUrl('a')).toBe('http://localhost:4100/s/a/mcp');
});

test('all problems are named at once', () => {
  expect(() => loadConfig({ API_PORT: '99999', WEB_URL: 'nonsense' })).toThrow(
    /API_PORT[\s\S]*DATABASE_URL[\s\S]*WEB_URL[\s\S]*BETTER_AUTH_SECRET[\s\S]*SECRETS_ENCRYPTION_KEY/,
  );
});

test('production does not start without mail or without https', () => {
  expect(() => loadConfig({ ...complete, NODE_ENV: 'production' })).toThrow(
    /WEB_URL[\s\S]*PUBLIC_GATEWAY_URL[\s\S]*SMTP_URL[\s\S]*MAIL_FROM/,
  );
  expect(loadConfig(production)).toMatchObject({ production: true, secureCookies: true });
});

test('a master key that is none, and a template without TLS, are problems like the others', () => {
  expect(() => loadConfig({ ...complete, SECRETS_ENCRYPTION_KEY: '00'.repeat(32), API_PORT: '0' })).toThrow(
    /API_PORT[\s\S]*SECRETS_ENCRYPTION_KEY is no key. The master key is all zeros/,
  );
  expect(() => loadConfig({ ...production, PUBLIC_MCP_URL_TEMPLATE: 'http://mcp.example.com/s/{slug}/mcp' })).toThrow(
    /PUBLIC_MCP_URL_TEMPLATE must start with https/,
  );
  expect(() => loadConfig({ ...complete, TRUSTED_PROXIES: 'loopback, somebody' })).toThrow(
    /TRUSTED_PROXIES.*"somebody"/,
  );
});

test('the exception for a production build on one machine holds for localhost only', () => {
  expect(loadConfig({ ...complete, NODE_ENV: 'production', BMM_ALLOW_INSECURE_LOCALHOST: '1' })).toMatchObject({
    production: true,
    secureCookies: false,
  });
  expect(() =>
    loadConfig({
      ...complete,
      NODE_ENV: 'production',
      BMM_ALLOW_INSECURE_LOCALHOST: '1',
      WEB_URL: 'http://app.example.com',
    }),
  ).toThrow(/localhost/);
});

test('a config that is printed shows no secret', () => {
  const shown = `${inspect(loadConfig({ ...production, ANTHROPIC_API_KEY: 'sk-ant-shown' }), { depth: 9 })}${JSON.stringify(loadConfig(production))}`;
  for (const secret of ['sk-ant-shown', complete.BETTER_AUTH_SECRET, complete.SECRETS_ENCRYPTION_KEY, 'smtp://mail'])
    expect(shown).not.toContain(secret);
});
