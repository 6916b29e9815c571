import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const minimal = { DATABASE_URL: 'postgres://localhost/x' };

describe('loadConfig', () => {
  it('needs only the database in development', () => {
    const config = loadConfig(minimal);
    expect(config.urls.mcpUrl('echo')).toBe('http://localhost:4100/s/echo/mcp');
    expect(config).toMatchObject({ port: 4100, host: '127.0.0.1', webOrigin: 'http://localhost:3000' });
  });

  it('takes host templates', () => {
    const config = loadConfig({
      ...minimal,
      NODE_ENV: 'production',
      WEB_URL: 'https://app.example.com/',
      PUBLIC_GATEWAY_URL: 'https://mcp.example.com/',
      PUBLIC_MCP_URL_TEMPLATE: 'https://{slug}.mcp.example.com/mcp',
    });
    expect(config.urls.mcpUrl('echo')).toBe('https://echo.mcp.example.com/mcp');
  });

  it('names all problems at once', () => {
    const load = () => loadConfig({ GATEWAY_PORT: 'x', WEB_URL: 'ftp://x', SANDBOX_IDLE_MS: '-1' });
    expect(load).toThrow(/GATEWAY_PORT[\s\S]*WEB_URL[\s\S]*DATABASE_URL[\s\S]*SANDBOX_IDLE_MS/);
    expect(() => loadConfig({ ...minimal, PUBLIC_MCP_URL_TEMPLATE: 'https://x/mcp' })).toThrow('{slug}');
  });

  it('refuses plain http in production, but for a localhost that was allowed', () => {
    const production = { ...minimal, NODE_ENV: 'production' };
    expect(() => loadConfig(production)).toThrow(/WEB_URL must start with https[\s\S]*PUBLIC_GATEWAY_URL must start/);
    expect(loadConfig({ ...production, BMM_ALLOW_INSECURE_LOCALHOST: '1' }).port).toBe(4100);
    const outside = { ...production, BMM_ALLOW_INSECURE_LOCALHOST: '1', WEB_URL: 'http://example.com' };
    expect(() => loadConfig(outside)).toThrow('WEB_URL');
    const template = {
      ...production,
      BMM_ALLOW_INSECURE_LOCALHOST: '1',
      PUBLIC_MCP_URL_TEMPLATE: 'http://x.test/{slug}',
    };
    expect(() => loadConfig(template)).toThrow('PUBLIC_MCP_URL_TEMPLATE must be');
  });

  it('believes the proxies that it is told of, by default those of this machine', () => {
    expect(loadConfig(minimal).trustedProxies.has('::1')).toBe(true);
    const { trustedProxies } = loadConfig({ ...minimal, TRUSTED_PROXIES: '10.0.0.0/8, 203.0.113.9' });
    expect(['10.9.9.9', '203.0.113.9', '127.0.0.1'].map((address) => trustedProxies.has(address))).toEqual([
      true,
      true,
      false,
    ]);
    expect(() => loadConfig({ ...minimal, TRUSTED_PROXIES: 'everybody' })).toThrow(/TRUSTED_PROXIES.*"everybody"/);
  });
});

it('production takes no sandbox without kernel walls, unless it is told to or stays on this machine', () => {
  const base = { DATABASE_URL: 'postgres://localhost/bmm' };
  const origins = { PUBLIC_GATEWAY_URL: 'https://mcp.example.com', WEB_URL: 'https://app.example.com' };
  const minTierOf = (env: Record<string, string>) => loadConfig({ ...base, ...env }).sandbox.minTier;
  expect(minTierOf({})).toBe('plain');
  expect(minTierOf({ NODE_ENV: 'production', ...origins })).toBe('unshare');
  expect(minTierOf({ NODE_ENV: 'production', BMM_ALLOW_INSECURE_LOCALHOST: '1' })).toBe('plain');
  expect(minTierOf({ NODE_ENV: 'production', ...origins, SANDBOX_MIN_TIER: 'bwrap' })).toBe('bwrap');
});
