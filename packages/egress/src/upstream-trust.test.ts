import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createDnsResolver } from './create-dns-resolver.ts';
import { authority, createTestBed, PUBLIC_ADDRESS, portOf, type TestBedOptions } from './test-bed.ts';
import { createTestAuthority } from './test-certificates.ts';

const URL_ = 'https://api.good.test/';
const resolvingTo = (...addresses: string[]) => createTestBed({ resolve: async () => addresses });

describe('where a listed host may be', () => {
  it.each([
    ['X27 a private address', ['10.0.0.5']],
    ['X28 the metadata service', ['169.254.169.254']],
    ['X29 a public address beside loopback', [PUBLIC_ADDRESS, '127.0.0.1']],
    ['X30 IPv4 mapped to IPv6', ['::ffff:10.0.0.5']],
    ['X30 a public IPv4 address mapped to IPv6', ['::ffff:93.184.215.14']],
    ['X31 NAT64', ['64:ff9b::a00:5']],
    ['X74 an internal address behind a CNAME', ['192.168.7.7']],
    [
      'X75 fifty addresses, the last of them private',
      [...Array.from({ length: 49 }, (_, n) => `93.184.215.${n + 1}`), '10.0.0.1'],
    ],
    ['text that is no address', ['localhost']],
  ])('not at %s', async (_name, addresses) => {
    await using bed = await resolvingTo(...addresses);
    const reply = await bed.send(URL_);
    expect(reply).toMatchObject({ status: 403, problem: { code: 'egress_private_address' } });
    expect(bed.dials).toEqual([]);
    expect(await bed.lastRow()).toMatchObject({ decision: 'denied', reason: 'private_address', host: 'api.good.test' });
  });

  it('X75 at any of fifty public addresses', async () => {
    await using bed = await resolvingTo(...Array.from({ length: 50 }, (_, n) => `93.184.215.${n + 1}`));
    expect((await bed.send(URL_)).status).toBe(200);
    expect(bed.dials.map(({ address }) => address)).toEqual(['93.184.215.1']);
  });

  it('X78 not behind a name with an address in it, even when a rule lists that name', async () => {
    await using bed = await createTestBed({
      rules: [{ host: '10-0-0-1.nip.io', allowHttp: true }],
      resolve: async () => ['10.0.0.1'],
    });
    expect((await bed.send('http://10-0-0-1.nip.io/')).problem.code).toBe('egress_private_address');
    expect(bed.dials).toEqual([]);
  });

  it.each<[string, TestBedOptions]>([
    ['X76 when the name does not exist', { resolve: () => Promise.reject(new Error('ENOTFOUND')) }],
    ['X76 when the resolver never answers', { resolve: () => new Promise(() => {}), limits: { resolveMs: 50 } }],
    ['X76 when the answer is empty', { resolve: async () => [] }],
    ['X75 when the answer is a flood', { resolve: async () => Array.from({ length: 101 }, () => PUBLIC_ADDRESS) }],
  ])('%s, the guest is told so', async (_name, options) => {
    await using bed = await createTestBed(options);
    const reply = await bed.send(URL_);
    expect(reply).toMatchObject({ status: 502, problem: { code: 'egress_dns_failed' } });
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'dns_failed' });
  });

  it('X32 X33 dials the address that was checked, and checks again for each request, kept connection or not', async () => {
    const answers = [[PUBLIC_ADDRESS], ['127.0.0.1'], [PUBLIC_ADDRESS]];
    let lookUps = 0;
    await using bed = await createTestBed({ resolve: async () => answers[lookUps++] ?? [] });
    expect((await bed.send(URL_)).status).toBe(200);
    expect((await bed.send(URL_)).problem.code).toBe('egress_private_address');
    expect((await bed.send(URL_)).status).toBe(200);
    expect(lookUps).toBe(3);
    expect(bed.dials).toMatchObject([{ address: PUBLIC_ADDRESS, port: 443, host: 'api.good.test' }]);
  });

  it('tries the next address when one cannot be reached', async () => {
    const tried: string[] = [];
    await using bed = await createTestBed({
      resolve: async () => ['2606:4700::1', '2606:4700::2', '2606:4700::3', '2606:4700::4'],
      dial: ({ address }) => {
        tried.push(address);
        return connect(1, '127.0.0.1');
      },
    });
    expect((await bed.send(URL_)).problem.code).toBe('egress_connect_failed');
    expect(tried).toEqual(['2606:4700::1', '2606:4700::2', '2606:4700::3']);
  });
});

describe('whom the guard believes', () => {
  it.each<[string, TestBedOptions]>([
    ['X73 a certificate for another name', { certificate: authority.issue(['evil.test']) }],
    ['X73 a certificate that has expired', { certificate: authority.issue(['api.good.test'], 0) }],
    ['X73 a certificate of an unknown authority', { certificate: createTestAuthority().issue(['api.good.test']) }],
    ['X73 a listed name under a wildcard certificate of two labels', { certificate: authority.issue(['*.test']) }],
  ])('not %s', async (_name, options) => {
    await using bed = await createTestBed(options);
    const reply = await bed.send(URL_, { method: 'POST', body: 'private' });
    expect(reply).toMatchObject({ status: 502, problem: { code: 'egress_tls_failed' } });
    expect(bed.seen).toEqual([]);
    expect((await bed.lastRow()).sentence).toMatch(/^The certificate or TLS version of api\.good\.test was refused/);
  });

  it('X73 not even where the environment says to skip verification', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      await using bed = await createTestBed({ certificate: authority.issue(['evil.test']) });
      expect((await bed.send(URL_)).problem.code).toBe('egress_tls_failed');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('X72 not a service that speaks TLS 1.1 or no TLS at all', async () => {
    const banner = createServer((socket) => socket.on('error', () => {}).end('220 mail ESMTP\r\n'));
    await new Promise<void>((resolve) => banner.listen(0, '127.0.0.1', () => resolve()));
    {
      await using bed = await createTestBed({ dial: () => connect(portOf(banner), '127.0.0.1') });
      expect((await bed.send(URL_)).problem.code).toBe('egress_tls_failed');
    }
    banner.close();
  });

  it('X68 no connection is shared by two hosts or two servers', async () => {
    const rules = [
      { host: 'api.good.test', allowHttp: false },
      { host: 'other.good.test', allowHttp: false },
    ];
    await using bed = await createTestBed({ rules });
    await bed.send('https://api.good.test/');
    await bed.send('https://api.good.test/');
    expect(bed.connections()).toBe(1);
    await bed.send('https://other.good.test/');
    expect(bed.connections()).toBe(2);
    expect(bed.dials.map(({ host }) => host)).toEqual(['api.good.test', 'other.good.test']);
  });

  it('a kept connection that the service has closed is replaced for what may be repeated', async () => {
    await using bed = await createTestBed({
      answer: (request, response) => {
        response.end('ok', () => setTimeout(() => request.socket.destroy(), 5));
      },
    });
    for (let round = 0; round < 3; round++) {
      expect((await bed.send(URL_)).status).toBe(200);
      await sleep(5);
    }
  });
});

describe('the resolver', () => {
  it('X77 asks for absolute names only, keeps answers for their TTL and gives what one family has', async () => {
    const asked: string[] = [];
    let nowMs = 0;
    const resolve = createDnsResolver(
      {
        resolve4: async (name) => {
          asked.push(name);
          return [{ address: '93.184.215.14', ttl: 5 }];
        },
        resolve6: () => Promise.reject(new Error('ENODATA')),
      },
      () => nowMs,
    );
    const { signal } = new AbortController();
    expect(await resolve('api.good.test', signal)).toEqual(['93.184.215.14']);
    await resolve('api.good.test', signal);
    expect(asked).toEqual(['api.good.test.']);
    nowMs = 5_001;
    await resolve('api.good.test', signal);
    expect(asked).toHaveLength(2);
  });

  it('fails when neither family answers', async () => {
    const fail = () => Promise.reject(new Error('ENOTFOUND'));
    const resolve = createDnsResolver({ resolve4: fail, resolve6: fail });
    await expect(resolve('x.test', new AbortController().signal)).rejects.toThrow('ENOTFOUND');
  });
});
