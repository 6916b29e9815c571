import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { createPublicEdge } from './public-edge.ts';

const edgeOf = (env: Record<string, string> = {}) =>
  createPublicEdge(loadConfig({ DATABASE_URL: 'postgres://localhost/x', ...env }));
const from = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

describe('with the slug in the path', () => {
  const edge = edgeOf();

  it('reads the slug from the path alone', () => {
    expect(edge.slugOf('/s/echo/mcp', 'anything')).toBe('echo');
    for (const path of ['/s/Echo/mcp', '/s/a/b/mcp', '//s/echo/mcp', '/s/echo/mcp/', '/s/../mcp', '@evil/s/echo/mcp'])
      expect([path, edge.slugOf(path, 'localhost:4100')]).toEqual([path, undefined]);
  });

  it('takes its own names as Host, and loopback names where it is on loopback', () => {
    for (const host of ['localhost:4100', '127.0.0.1:4100', '[::1]:4100', 'LOCALHOST:4100'])
      expect(() => edge.assertHost(from({ host }))).not.toThrow();
    for (const host of ['evil.test', 'localhost', 'localhost:4101', 'localhost.evil.test:4100'])
      expect(() => edge.assertHost(from({ host }))).toThrow();
    const production = edgeOf({ PUBLIC_GATEWAY_URL: 'https://mcp.example.com' });
    expect(() => production.assertHost(from({ host: 'mcp.example.com' }))).not.toThrow();
    expect(() => production.assertHost(from({ host: 'localhost:4100' }))).toThrow();
  });
});

describe('with the slug in the host', () => {
  const edge = edgeOf({
    PUBLIC_GATEWAY_URL: 'https://mcp.example.com',
    PUBLIC_MCP_URL_TEMPLATE: 'https://{slug}.mcp.example.com/mcp',
  });

  it('reads the slug from the host', () => {
    expect(edge.slugOf('/mcp', 'echo.mcp.example.com')).toBe('echo');
    expect(edge.slugOf('/mcp', 'a.b.mcp.example.com')).toBeUndefined();
    expect(edge.slugOf('/mcp', 'echo.mcp.example.com.evil.test')).toBeUndefined();
    expect(edge.slugOf('/other', 'echo.mcp.example.com')).toBeUndefined();
  });

  it('takes hosts of servers and their own origins', () => {
    for (const host of ['mcp.example.com', 'echo.mcp.example.com'])
      expect(() => edge.assertHost(from({ host }))).not.toThrow();
    expect(() => edge.assertHost(from({ host: 'x.y.mcp.example.com' }))).toThrow();
    const host = 'echo.mcp.example.com';
    expect(() => edge.assertOrigin(from({ host, origin: 'https://echo.mcp.example.com' }))).not.toThrow();
    expect(() => edge.assertOrigin(from({ host, origin: 'https://other.mcp.example.com' }))).toThrow();
  });
});
