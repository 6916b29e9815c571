import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalHost, isPublicName } from './host-name.ts';
import { isPublicAddress } from './public-address.ts';
import { createTestBed } from './test-bed.ts';

const DENIED = `127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0177.0.0.1 0x7f.0x0.0x0.0x1 017700000001 127.0.0.1. 0
  0.0.0.0 localhost localhost. LOCALHOST foo.localhost 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
  2852039166 0xa9fea9fe 169.254.170.2 100.64.0.1 100.127.255.254 100.100.100.200 192.0.0.1 192.0.0.192 192.0.2.1
  198.18.0.1 198.51.100.7 203.0.113.9 192.88.99.1 224.0.0.1 240.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1]
  [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:a9fe:a9fe] [::127.0.0.1] [::ffff:0:127.0.0.1] [64:ff9b::7f00:1]
  [64:ff9b:1::1] [2002:7f00:1::] [2001:0:0:0::1] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [100::1]
  [2001:db8::1] [2001:10::1] [2001:20::1] [3fff::1] [5f00::1] ①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1`.split(/\s+/);
const PUBLIC = '172.32.0.1 100.128.0.1 [2606:4700:4700::1111] [2a00:1450:4001:81b::200e] 1.1.1.1 8.8.8.8'.split(' ');
const forms = [
  ...DENIED.map((host) => ({ host, expected: 'deny' })),
  ...PUBLIC.map((host) => ({ host, expected: 'allow' })),
];

const corpusPath = resolve(import.meta.dirname, '../../../../shared/corpus/egress-addresses.json');
const corpus = existsSync(corpusPath) ? (JSON.parse(readFileSync(corpusPath, 'utf8')) as typeof forms) : [];

/** Where the form leads: to a public address, or to a name that a public resolver may be asked for. */
function classify(form: string): string {
  const host = canonicalHost(form) ?? '';
  return isPublicAddress(host.replace(/^\[|\]$/g, '')) || isPublicName(host) ? 'allow' : 'deny';
}

describe('the 68 forms of addresses', () => {
  it('are all here, with those of the corpus where it stands beside the repository', () => {
    expect(forms).toHaveLength(68);
    expect(corpus.filter(({ host }) => !forms.some((form) => form.host === host))).toEqual([]);
  });

  it.each([...forms, ...corpus])('$host is a place to reach: $expected', ({ host, expected }) => {
    expect(classify(host)).toBe(expected);
  });

  it('are all refused in a URL, the public ones as well, and nothing is dialled', async () => {
    await using bed = await createTestBed({ limits: { deniedRowsPerMinute: 1_000 } });
    for (const { host } of forms) {
      const line = Buffer.from(`GET https://${host}/ HTTP/1.1\r\nConnection: close\r\n\r\n`, 'utf8').toString('latin1');
      expect(await bed.raw(line), host).toMatch(
        /^HTTP\/1\.1 4\d\d .*egress_(?:ip_literal|host_not_valid|malformed_request)/s,
      );
    }
    expect(bed.dials).toEqual([]);
    expect(bed.rows).toHaveLength(forms.length);
  });

  it('are no addresses with a zone, with a port or as other text', () => {
    for (const text of ['2606:4700::1%eth0', '1.1.1.1:443', '', 'example.com'])
      expect(isPublicAddress(text)).toBe(false);
  });
});
