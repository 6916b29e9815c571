import { describe, expect, it } from 'vitest';
import { createTestBed, type TestBed } from './test-bed.ts';

/** Raw requests are closed by us after this; a test that only waits for silence needs no more. */
const WAIT_MS = 250;
const head = (target: string, ...headers: string[]) =>
  `GET ${target} HTTP/1.1\r\nConnection: close\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;

async function expectRefused(bed: TestBed, raw: string, reason: string): Promise<string> {
  const answer = await bed.raw(raw, WAIT_MS);
  expect(answer.startsWith('HTTP/1.1 4'), answer.slice(0, 80)).toBe(true);
  expect(answer).toContain(`"egress_${reason}"`);
  const row = await bed.lastRow();
  expect(row).toMatchObject({ decision: 'denied', reason });
  expect(bed.dials).toEqual([]);
  expect(bed.seen).toEqual([]);
  return answer;
}

describe('what reaches a listed host', () => {
  it.each([
    ['X01 an exact host', 'https://api.good.test/v1?q=1'],
    ['X02 upper case and the root dot', 'HTTPS://API.Good.TEST./v1?q=1'],
    ['X02 the standard port spelled out', 'https://api.good.test:443/v1?q=1'],
    ['X06 a wildcard with one label', 'https://a.wild.good.test/v1?q=1'],
    ['X26 a listed punycode host', 'https://xn--bcher-kva.test/v1?q=1'],
    ['X44 plain HTTP where the rule allows it', 'http://plain.test/v1?q=1'],
  ])('%s', async (_name, url) => {
    await using bed = await createTestBed(
      // The certificate has one wildcard label only.
      url.includes('wild') ? { rules: [{ host: '*.good.test', allowHttp: false }] } : {},
    );
    const reply = await bed.send(url.replace('a.wild.good', 'a.good'));
    expect(reply).toMatchObject({ status: 200, body: 'ok' });
    const host = new URL(url.replace('a.wild.good', 'a.good')).hostname.replace(/\.$/, '');
    expect(bed.seen).toMatchObject([{ method: 'GET', url: '/v1?q=1', headers: { host } }]);
    expect(await bed.lastRow()).toMatchObject({ host, method: 'GET', status: 200, decision: 'allowed', count: 1 });
    expect(JSON.stringify(bed.rows)).not.toContain('v1');
  });
});

describe('what does not', () => {
  it.each([
    ['X03 a host that is not listed', 'https://api.other.com/', 'host_not_listed'],
    ['X04 a listed host as a prefix', 'https://api.good.test.evil.test/', 'host_not_listed'],
    ['X04 a listed host inside', 'https://evil-api.good.test.evil.test/', 'host_not_listed'],
    ['X05 a listed host as a suffix', 'https://xapi.good.test/', 'host_not_listed'],
    ['X07 the bare name of a wildcard', 'https://wild.good.test/', 'host_not_listed'],
    ['X08 two labels under a wildcard', 'https://a.b.wild.good.test/', 'host_not_listed'],
    ['X09 another port', 'https://api.good.test:22/', 'port_not_allowed'],
    ['X10 the plain port over https', 'https://api.good.test:80/', 'port_not_allowed'],
    ['X10 an empty port', 'https://api.good.test:/', 'malformed'],
    ['X11 a port with a leading zero', 'https://api.good.test:0443/', 'port_not_allowed'],
    ['X11 a port that overflows', 'https://api.good.test:65979/', 'port_not_allowed'],
    ['X12 an IPv4 address', 'https://93.184.215.14/', 'ip_literal'],
    ['X13 a decimal address', 'https://2130706433/', 'ip_literal'],
    ['X14 a hexadecimal address', 'https://0x7f.1/', 'ip_literal'],
    ['X15 an octal address', 'https://0177.0.0.1/', 'ip_literal'],
    ['X16 IPv6 loopback', 'https://[::1]/', 'ip_literal'],
    ['X17 IPv4 mapped to IPv6', 'https://[::ffff:127.0.0.1]/', 'ip_literal'],
    ['X18 an address with a zone', 'https://[fe80::1%25eth0]/', 'ip_literal'],
    ['X19 a listed host as a user name', 'https://api.good.test@evil.test/', 'userinfo_not_allowed'],
    ['X20 a user name before a listed host', 'https://evil.test@api.good.test/', 'userinfo_not_allowed'],
    ['X21 a backslash', 'https://api.good.test\\@evil.test/', 'malformed_request'],
    ['X22 a fragment in the authority', 'https://evil.test#api.good.test/', 'malformed_request'],
    ['X22 a query in the authority', 'https://evil.test?.api.good.test/', 'host_not_listed'],
    ['X23 a percent-encoded dot', 'https://api%2egood.test/', 'host_not_valid'],
    ['X24 a null byte', 'https://api.good.test\0.evil.test/', 'malformed_request'],
    ['X25 full-width letters', 'https://\uff41pi.good.test/', 'malformed_request'],
    ['X45 plain HTTP to an https host', 'http://api.good.test/', 'http_not_allowed'],
    ['X54 ftp', 'ftp://api.good.test/', 'scheme_not_allowed'],
    ['X54 file', 'file:///etc/passwd', 'scheme_not_allowed'],
    ['X55 the machine itself', 'http://localhost:4000/', 'host_not_valid'],
    ['X55 an internal port', 'http://127.0.0.1:9229/', 'ip_literal'],
    ['X77 a single label', 'http://redis/', 'host_not_valid'],
    ['X77 a name of the local network', 'https://db.internal/', 'host_not_valid'],
    ['X78 an address inside of a name that is not listed', 'https://10.0.0.1.nip.io/', 'host_not_listed'],
    ['X94 a mail port of a listed host', 'https://api.good.test:587/', 'port_not_allowed'],
    ['two root dots', 'https://api.good.test../', 'host_not_valid'],
    ['an underscore', 'https://_x.good.test/', 'host_not_valid'],
  ])('%s', async (_name, url, reason) => {
    await using bed = await createTestBed();
    const utf8 = Buffer.from(head(url), 'utf8').toString('latin1');
    if (reason !== 'malformed') await expectRefused(bed, utf8, reason);
    else expect(await bed.raw(utf8, WAIT_MS)).toMatch(/^HTTP\/1\.1 4/);
    expect(bed.dials).toEqual([]);
  });

  it.each([
    ['X46 a Host header of another host', head('https://api.good.test/', 'Host: evil.test'), 'host_header_mismatch'],
    [
      'X40 a Host header with another port',
      head('https://api.good.test/', 'Host: api.good.test:22'),
      'host_header_mismatch',
    ],
    [
      'X67 a Host header of another host on the same network',
      head('https://api.good.test/', 'Host: other.good.test'),
      'host_header_mismatch',
    ],
    [
      'X47 two Host headers',
      head('https://api.good.test/', 'Host: api.good.test', 'Host: api.good.test'),
      'malformed_request',
    ],
    ['X48 origin form', head('/v1', 'Host: api.good.test'), 'not_absolute_form'],
    ['X48 the asterisk form', 'OPTIONS * HTTP/1.1\r\nHost: api.good.test\r\n\r\n', 'not_absolute_form'],
    [
      'X49 both lengths',
      head('https://api.good.test/', 'Content-Length: 3', 'Transfer-Encoding: chunked'),
      'malformed_request',
    ],
    ['X50 a folded header', head('https://api.good.test/', 'X-A: b\r\n c'), 'malformed_request'],
    ['X51 a bare line feed', head('https://api.good.test/', 'X-A: b\nX-B: c'), 'malformed_request'],
    ['X87 a bare carriage return in a value', head('https://api.good.test/', 'X-A: b\rX-B: c'), 'malformed_request'],
    ['X87 a null byte in a value', head('https://api.good.test/', 'X-A: b\0'), 'malformed_request'],
    ['X88 xchunked', head('https://api.good.test/', 'Transfer-Encoding: xchunked'), 'malformed_request'],
    ['X88 gzip, chunked', head('https://api.good.test/', 'Transfer-Encoding: gzip, chunked'), 'malformed_request'],
    [
      'X88 chunked twice',
      head('https://api.good.test/', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
      'malformed_request',
    ],
    ['X88 a hexadecimal length', head('https://api.good.test/', 'Content-Length: 0x10'), 'malformed_request'],
    ['X88 two lengths', head('https://api.good.test/', 'Content-Length: 3', 'Content-Length: 3'), 'malformed_request'],
    ['X88 a space before the colon', head('https://api.good.test/', 'X-A : b'), 'malformed_request'],
    [
      'X52 a WebSocket',
      head('https://api.good.test/', 'Upgrade: websocket').replace('close', 'Upgrade'),
      'upgrade_not_allowed',
    ],
    [
      'X93 a WebSocket to a listed host, without a Connection header',
      'GET https://api.good.test/ HTTP/1.1\r\nUpgrade: websocket\r\n\r\n',
      'upgrade_not_allowed',
    ],
    ['X52 h2c', head('https://api.good.test/', 'Upgrade: h2c'), 'upgrade_not_allowed'],
    ['X56 the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'malformed_request'],
    ['X57 a header of 20 kB', head('https://api.good.test/', `X-A: ${'a'.repeat(20_000)}`), 'headers_too_large'],
    [
      'X57 more than 100 headers',
      head('https://api.good.test/', ...Array.from({ length: 2_500 }, () => 'A: b')),
      'headers_too_large',
    ],
    ['HTTP/1.0', 'GET https://api.good.test/ HTTP/1.0\r\n\r\n', 'malformed_request'],
    ['X95 TRACE', head('https://api.good.test/').replace('GET', 'TRACE'), 'method_not_allowed'],
    ['X95 a method of a cache', head('https://api.good.test/').replace('GET', 'PURGE'), 'method_not_allowed'],
    ['X95 an unknown method', head('https://api.good.test/').replace('GET', 'FOO'), 'malformed_request'],
    ['X37 an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n', 'malformed_request'],
  ])('%s', async (_name, raw, reason) => {
    await using bed = await createTestBed();
    await expectRefused(bed, raw, reason);
  });

  it.each([
    [
      'X34 X35 X36 X69 X70 X71 CONNECT to a listed host, whatever TLS would follow',
      'CONNECT api.good.test:443 HTTP/1.1\r\nHost: api.good.test:443\r\n\r\n',
    ],
    ['X38 CONNECT with a length', 'CONNECT api.good.test:443 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
    [
      'X39 CONNECT with a transfer encoding',
      'CONNECT api.good.test:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['X94 CONNECT to another port', 'CONNECT api.good.test:25 HTTP/1.1\r\n\r\n'],
    ['X72 CONNECT to a mail server', 'CONNECT mail.good.test:587 HTTP/1.1\r\n\r\nEHLO x\r\n'],
  ])('%s is refused, so that no tunnel hides what is said', async (_name, raw) => {
    await using bed = await createTestBed();
    const answer = await expectRefused(bed, raw, 'connect_not_allowed');
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(await bed.lastRow()).toMatchObject({ method: 'CONNECT', status: 405 });
  });
});

describe('what a refusal says', () => {
  it('names the host and what to do, to the tool and in the row, and nothing else of the request', async () => {
    await using bed = await createTestBed();
    const sentence = "api.other.com is not on this server's list; add it under Network.";
    const reply = await bed.send('https://api.other.com/private/path?token=abc', {
      method: 'POST',
      headers: { 'x-private': 'header' },
      body: 'private body',
    });
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body)).toEqual({
      type: 'about:blank',
      code: 'egress_host_not_listed',
      title: "The host is not on this server's list",
      status: 403,
      detail: sentence,
    });
    const row = await bed.lastRow();
    expect(row).toMatchObject({ serverId: 'server-1', host: 'api.other.com', method: 'POST', status: 403, sentence });
    expect(JSON.stringify(row)).not.toMatch(/private|token|abc/);
  });

  it('X100 cuts host names in rows to 255 characters', async () => {
    await using bed = await createTestBed();
    await expectRefused(bed, head(`https://${'a'.repeat(1_000)}.test/`), 'host_not_valid');
    const row = await bed.lastRow();
    expect(row.host).toHaveLength(255);
    expect(row.sentence.length).toBeLessThan(320);
  });

  it('keeps the connection for the next request', async () => {
    await using bed = await createTestBed();
    const answer = await bed.raw(
      `POST https://api.other.com/ HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc${head('https://api.good.test/')}`,
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403', 'HTTP/1.1 200']);
  });
});

describe('what is passed on', () => {
  it('X58 leaves out what speaks for a proxy, is for one connection or is a cookie of ours', async () => {
    await using bed = await createTestBed();
    await bed.raw(
      head(
        'https://api.good.test/',
        'Connection: X-Hop',
        'X-Hop: 1',
        'Keep-Alive: timeout=5',
        'Proxy-Authorization: Basic eDp5',
        'Proxy-Connection: keep-alive',
        'X-Forwarded-For: 127.0.0.1',
        'X-Forwarded-Host: evil.test',
        'Forwarded: for=127.0.0.1',
        'X-Real-IP: 127.0.0.1',
        'Via: 1.1 x',
        'TE: trailers',
        'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
        'Cookie: theirs=1; __Host-bmm.session_token=2; bmm_authz_1=3',
        'Accept-Encoding: br',
        'X-Mine: 1',
        'Authorization: Bearer own',
      ),
      500,
    );
    expect(bed.seen[0]?.headers).toEqual({
      host: 'api.good.test',
      'x-mine': '1',
      authorization: 'Bearer own',
      cookie: 'theirs=1',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
    });
  });

  it('sends a chunked body with its length, and dot segments resolved as they were checked', async () => {
    await using bed = await createTestBed();
    const body =
      'POST https://api.good.test/a/../b/%2e%2e/c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    await bed.raw(`${body}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`, 500);
    expect(bed.seen).toMatchObject([{ url: '/c', body: 'abcde', headers: { 'content-length': '5' } }]);
    expect(await bed.lastRow()).toMatchObject({ requestBytes: 5, responseBytes: 2 });
  });

  it('X88 treats a body that turns out to be malformed as a refused request', async () => {
    await using bed = await createTestBed();
    await expectRefused(
      bed,
      'POST https://api.good.test/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\nab\r\n',
      'malformed_request',
    );
  });

  it('answers a client that waits for 100-continue', async () => {
    await using bed = await createTestBed();
    const answer = await bed.raw(
      'POST https://api.good.test/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(bed.seen).toMatchObject([{ body: 'abc' }]);
  });

  it('X53 X83 gives redirects back to the guest and follows none', async () => {
    await using bed = await createTestBed({
      answer: (_request, response) => response.writeHead(302, { location: 'https://evil.test/' }).end(),
    });
    const reply = await bed.send('https://api.good.test/');
    expect(reply).toMatchObject({ status: 302, headers: { location: 'https://evil.test/' } });
    expect(bed.seen).toHaveLength(1);
    expect((await bed.send('https://evil.test/')).problem.code).toBe('egress_host_not_listed');
    expect(bed.dials.map(({ host }) => host)).toEqual(['api.good.test']);
  });

  it('X96 asks the service each time: nothing is cached', async () => {
    await using bed = await createTestBed({
      answer: (_request, response) => response.setHeader('cache-control', 'public, max-age=3600').end('x'),
    });
    await bed.send('https://api.good.test/', { headers: { range: 'bytes=0-1' } });
    await bed.send('https://api.good.test/', { headers: { range: 'bytes=0-1' } });
    expect(bed.seen.map(({ headers }) => headers.range)).toEqual(['bytes=0-1', 'bytes=0-1']);
  });

  it('passes statuses, repeated headers and bodiless answers on, without hop-by-hop headers and alternatives', async () => {
    await using bed = await createTestBed({
      answer: (request, response) => {
        response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('alt-svc', 'h3=":443"').setHeader('x-hop', '1');
        response.setHeader('connection', 'close, x-hop').setHeader('proxy-authenticate', 'Basic');
        response.writeHead(request.method === 'HEAD' ? 200 : 204, { 'content-length': '7' }).end();
      },
    });
    const headReply = await bed.send('https://api.good.test/', { method: 'HEAD' });
    expect(headReply).toMatchObject({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'], 'content-length': '7' } });
    expect(Object.keys(headReply.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/alt-svc|x-hop|proxy-authenticate/)]),
    );
    expect(await bed.send('https://api.good.test/', { method: 'DELETE' })).toMatchObject({ status: 204, body: '' });
  });
});
