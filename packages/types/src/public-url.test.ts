import { expect, test } from 'vitest';
import { publicUrls } from './public-url.ts';

test('a path template gives URL, metadata URL and slug back', () => {
  const urls = publicUrls('http://localhost:4100', 'http://localhost:4100/s/{slug}/mcp');
  expect(urls.mcpUrl('weather')).toBe('http://localhost:4100/s/weather/mcp');
  expect(urls.protectedResourceMetadataUrl('weather')).toBe(
    'http://localhost:4100/.well-known/oauth-protected-resource/s/weather/mcp',
  );
  expect(urls.slugOf(new URL('http://localhost:4100/s/weather/mcp?x=1'))).toBe('weather');
  expect(urls.slugOf(new URL('http://localhost:4100/s/Weather/mcp'))).toBeUndefined();
  expect(urls.slugOf(new URL('http://localhost:4100/s/weather/mcp/'))).toBeUndefined();
  expect(urls.slugOf(new URL('http://evil.test/s/weather/mcp'))).toBeUndefined();
  expect(urls.slugAt('whatever', '/s/weather/mcp')).toBe('weather');
  expect(urls.slugAt('whatever', '/s/weather/mcp?x=1')).toBe('weather');
  for (const path of ['/s/other/../weather/mcp', '/s/weather/./mcp', '/s/%77eather/mcp', '//s/weather/mcp'])
    expect(urls.slugAt('whatever', path), path).toBeUndefined();
});

test('a host template puts the slug in front of the host', () => {
  const urls = publicUrls('https://mcp.example.com/', 'https://{slug}.mcp.example.com/mcp');
  expect(urls.issuer).toBe('https://mcp.example.com');
  expect(urls.mcpUrl('a')).toBe('https://a.mcp.example.com/mcp');
  expect(urls.protectedResourceMetadataUrl('a')).toBe(
    'https://a.mcp.example.com/.well-known/oauth-protected-resource/mcp',
  );
  expect(urls.slugOf(new URL('https://a.mcp.example.com/mcp'))).toBe('a');
  expect(urls.slugOf(new URL('https://a.b.mcp.example.com/mcp'))).toBeUndefined();
  expect(urls.slugAt('a.mcp.example.com', '/mcp')).toBe('a');
  expect(urls.slugAt('a.evil.test', '/mcp')).toBeUndefined();
});

test.each(['https://x.test/mcp', 'https://{slug}.x.test/{slug}', 'not a url {slug}', 'https://x.test/{slug}?a=1'])(
  'the template %s is refused',
  (template) => {
    expect(() => publicUrls('https://x.test', template)).toThrow(TypeError);
  },
);

test('a slug that is none never becomes a URL', () => {
  expect(() => publicUrls('https://x.test', 'https://x.test/s/{slug}/mcp').mcpUrl('../admin')).toThrow(TypeError);
});
