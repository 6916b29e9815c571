import { HostPatternSchema } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { parseEgressRule } from './parse-egress-rule.ts';

describe('what an owner may save as a host', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    ['*.example.com', '*.example.com'],
    ['X79 upper case', '  API.Example.COM ', 'api.example.com'],
    ['X79 unicode becomes punycode', 'bücher.example', 'xn--bcher-kva.example'],
    ['X79 full-width letters', 'ａｐｉ.example.com', 'api.example.com'],
    ['the root dot', 'api.example.com.', 'api.example.com'],
    ['a wildcard below a registered name', '*.example.co.uk', '*.example.co.uk'],
    ['a service below a shared domain', 'me.github.io', 'me.github.io'],
  ])('%s', (...row) => {
    const [text, host] = row.length === 3 ? [row[1], row[2]] : row;
    expect(parseEgressRule(text)).toEqual({ ok: true, host });
    expect(HostPatternSchema.safeParse(host).success).toBe(true);
  });

  it.each([
    ['', 'Enter a host name'],
    ['*', 'would allow every host'],
    ['*.com', 'hosts of unrelated owners'],
    ['*.co.uk', 'hosts of unrelated owners'],
    ['*.com.au', 'hosts of unrelated owners'],
    ['*.github.io', 'hosts of unrelated owners'],
    ['*.nip.io', 'hosts of unrelated owners'],
    ['*.*.example.com', 'exactly one label'],
    ['api.*.com', 'exactly one label'],
    ['api*.example.com', 'exactly one label'],
    ['*example.com', 'exactly one label'],
    ['127.0.0.1', 'IP addresses'],
    ['8.8.8.8', 'IP addresses'],
    ['0x7f.1', 'IP addresses'],
    ['2130706433', 'IP addresses'],
    ['*.127.0.0.1', 'IP addresses'],
    ['[::1]', 'IP addresses'],
    ['::1', 'IP addresses'],
    ['2606:4700::1', 'IP addresses'],
    ['①②⑦.⓪.⓪.①', 'IP addresses'],
    ['https://api.example.com', 'without https://'],
    ['api.example.com/v1', 'without https://'],
    ['api.example.com?x', 'without https://'],
    ['api.example.com\\x', 'without https://'],
    ['user@api.example.com', 'without a user name'],
    ['api.example.com:8443', 'without a port'],
    ['api%2eexample.com', 'no spaces'],
    ['api.exam ple.com', 'no spaces'],
    ['api.\texample.com', 'no spaces'],
    ['api.exa\u200bmple.com', 'no spaces'],
    ['com', 'not a full host name'],
    ['localhost', 'not a full host name'],
    ['db.internal', 'not a host name on the public internet'],
    ['printer.local', 'not a host name on the public internet'],
    ['-x.example.com', 'not a host name on the public internet'],
    ['a..example.com', 'not a host name on the public internet'],
    ['_x.example.com', 'not a host name on the public internet'],
    ['api.example.123', 'not a host name'],
    [`${'a'.repeat(64)}.example.com`, 'not a host name'],
    ['a'.repeat(1_000), 'longer than any host name'],
  ])('X79 refuses %j: %s', (text, words) => {
    const parsed = parseEgressRule(text);
    expect(parsed).toMatchObject({ ok: false, sentence: expect.stringContaining(words) });
    expect(parsed.ok ? '' : parsed.sentence).toMatch(/\.$/);
  });

  it.each(['mcp.our.dev', 'weather.mcp.our.dev', '*.mcp.our.dev', '*.our.dev'])(
    "X80 refuses %s, the platform's own host",
    (text) => {
      const parsed = parseEgressRule(text, { reservedHosts: ['mcp.our.dev'] });
      expect(parsed).toMatchObject({ ok: false, sentence: expect.stringContaining('belongs to this platform') });
    },
  );

  it('X80 leaves the neighbours of a reserved host alone', () => {
    expect(parseEgressRule('docs.our.dev', { reservedHosts: ['mcp.our.dev'] }).ok).toBe(true);
  });
});
