import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { newPlaceholder } from './placeholder.ts';
import { bind, createTestBed, type SendOptions, type TestBedOptions } from './test-bed.ts';

const VALUE = 'sk-live-"quoted"-0123456789';
const URL_ = 'https://api.good.test/v1';
const OTHER_RULES: NonNullable<TestBedOptions['rules']> = [
  { host: 'api.good.test', allowHttp: true },
  { host: 'other.good.test', allowHttp: true },
];

describe('a placeholder', () => {
  it('is opaque, random and survives every encoder unchanged', () => {
    const placeholder = newPlaceholder('API_KEY');
    expect(placeholder).toMatch(/^bmm-secret-api-key-[0-9a-f]{32}$/);
    expect(newPlaceholder('API_KEY')).not.toBe(placeholder);
    expect(encodeURIComponent(placeholder)).toBe(placeholder);
    expect(JSON.stringify(placeholder)).toBe(`"${placeholder}"`);
  });

  it('becomes the value in a header of the bound host, and the row names the secret', async () => {
    const secret = bind('API_KEY', 'sk-live-0123456789', 'header');
    await using bed = await createTestBed({ secrets: [secret] });
    await bed.send(URL_, { headers: { authorization: `Bearer ${secret.placeholder}` } });
    expect(bed.seen[0]?.headers.authorization).toBe('Bearer sk-live-0123456789');
    const row = await bed.lastRow();
    expect(row).toMatchObject({ decision: 'allowed', secrets: ['API_KEY'] });
    expect(JSON.stringify(row)).not.toMatch(/sk-live|bmm-secret/);
  });

  it('becomes the value inside of Basic credentials', async () => {
    const secret = bind('API_KEY', VALUE, 'header');
    await using bed = await createTestBed({ secrets: [secret] });
    const credentials = Buffer.from(`user:${secret.placeholder}`).toString('base64');
    await bed.send(URL_, { headers: { authorization: `Basic ${credentials}` } });
    expect(bed.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`user:${VALUE}`).toString('base64')}`);
  });

  it('becomes the value in the value of a query parameter, percent-encoded', async () => {
    const secret = bind('API_KEY', 'a&b=c d#"', 'query');
    await using bed = await createTestBed({ secrets: [secret] });
    await bed.send(`${URL_}?q=1&key=${secret.placeholder}&r`);
    expect(bed.seen[0]?.url).toBe('/v1?q=1&key=a%26b%3Dc%20d%23%22&r');
  });

  it.each([
    ['application/json', (p: string) => `{"key":"${p}"}`, JSON.stringify({ key: VALUE })],
    ['application/x-www-form-urlencoded', (p: string) => `a=1&key=${p}`, `a=1&key=${encodeURIComponent(VALUE)}`],
    ['application/soap+xml', (p: string) => `<k>${p}</k>`, `<k>${VALUE.replaceAll('"', '&#34;')}</k>`],
    ['text/plain', (p: string) => `key ${p} \u00e9`, `key ${VALUE} \u00c3\u00a9`],
  ])('becomes the value in a body of %s and cannot break out of it', async (contentType, toBody, expected) => {
    const secret = bind('API_KEY', VALUE, 'body');
    await using bed = await createTestBed({ secrets: [secret] });
    const body = toBody(secret.placeholder);
    await bed.send(URL_, { method: 'POST', headers: { 'content-type': contentType }, body });
    expect(bed.seen[0]?.body).toBe(expected);
    expect(bed.seen[0]?.headers['content-length']).toBe(String(expected.length));
  });

  it('is looked for once: a value that looks like another placeholder stays as it is', async () => {
    const inner = bind('INNER', 'inner-value', 'header');
    const outer = bind('OUTER', inner.placeholder, 'header');
    await using bed = await createTestBed({ secrets: [inner, outer] });
    await bed.send(URL_, { headers: { 'x-a': outer.placeholder } });
    expect(bed.seen[0]?.headers['x-a']).toBe(inner.placeholder);
  });
});

describe('a request is refused and nothing is sent', () => {
  const header = bind('API_KEY', 'sk-live-0123456789', 'header');
  const query = bind('QUERY_KEY', 'sk-query-0123456789', 'query');
  const body = bind('BODY_KEY', 'sk-body-0123456789', 'body');
  const foreign = newPlaceholder('FOREIGN');
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each<[string, string, SendOptions, string]>([
    [
      'X84 to another listed host',
      'https://other.good.test/',
      { headers: { 'x-a': header.placeholder } },
      'was sent to other.good.test, but it is bound to api.good.test',
    ],
    [
      'X84 to a host that is not listed',
      'https://evil.test/',
      { headers: { 'x-a': header.placeholder } },
      'was sent to evil.test',
    ],
    [
      'X84 in Basic credentials to another host',
      'https://other.good.test/',
      { headers: { authorization: basic(`u:${header.placeholder}`) } },
      'was sent to other.good.test',
    ],
    [
      'X84 in a body to another host',
      'https://other.good.test/',
      { method: 'POST', body: `x ${body.placeholder}` },
      'was sent to other.good.test',
    ],
    ['X84 as a part of a host name', `https://${header.placeholder}.good.test/`, {}, 'into the host name'],
    [
      'X82 a redirect that carries it to another host',
      'https://other.good.test/',
      { headers: { authorization: `Bearer ${header.placeholder}` } },
      'was sent to other.good.test',
    ],
    ['X86 in the query instead of a header', `${URL_}?key=${header.placeholder}`, {}, 'belongs into a header'],
    ['X86 in a body instead of a header', URL_, { method: 'POST', body: header.placeholder }, 'belongs into a header'],
    [
      'X86 in a header instead of the query',
      URL_,
      { headers: { 'x-a': query.placeholder } },
      'belongs into a query parameter',
    ],
    ['X86 in a header instead of the body', URL_, { headers: { 'x-a': body.placeholder } }, 'belongs into the body'],
    ['X86 in the path', `${URL_}/${header.placeholder}`, {}, 'into the path'],
    ['X86 in the path, percent-encoded', `${URL_}/${header.placeholder.replaceAll('-', '%2D')}`, {}, 'into the path'],
    ['X86 in the name of a header', URL_, { headers: { [header.placeholder]: '1' } }, 'into the name of a header'],
    [
      'X86 in the name of a query parameter',
      `${URL_}?${query.placeholder}=1`,
      {},
      'into the name of a query parameter',
    ],
    ['over plain HTTP', 'http://api.good.test/', { headers: { 'x-a': header.placeholder } }, 'over https only'],
  ])('%s', async (_name, url, options, words) => {
    await using bed = await createTestBed({ rules: OTHER_RULES, secrets: [header, query, body] });
    const reply = await bed.send(url, options);
    expect(reply).toMatchObject({ status: 403, problem: { code: 'egress_secret_misplaced' } });
    expect(reply.problem.detail).toContain(words);
    expect(reply.problem.detail).toContain('the secret was not sent');
    expect(bed.dials).toEqual([]);
    const row = await bed.lastRow();
    expect(row).toMatchObject({ decision: 'denied', reason: 'secret_misplaced', secrets: [] });
    expect(row.sentence).not.toMatch(/sk-|bmm-secret/);
  });

  it('when a body is full of what looks like placeholders, without searching it for long', async () => {
    await using bed = await createTestBed({ secrets: [header] });
    const startedAt = performance.now();
    const reply = await bed.send(URL_, { method: 'POST', body: 'bmm-secret-'.repeat(700_000) });
    expect(reply.problem.code).toBe('egress_secret_misplaced');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('with a user name in the URL', async () => {
    await using bed = await createTestBed({ secrets: [header] });
    const reply = await bed.send(`https://${header.placeholder}@api.good.test/`);
    expect(reply.problem.code).toBe('egress_userinfo_not_allowed');
    expect(JSON.stringify(bed.rows)).not.toContain('bmm-secret');
  });

  it.each<[string, SendOptions]>([
    ['a header', { headers: { 'x-a': foreign } }],
    ['a body', { method: 'POST', body: `{"a":"${foreign}"}` }],
  ])('with the placeholder of another server, or of a secret that is gone, in %s', async (_name, options) => {
    await using bed = await createTestBed({ secrets: [header] });
    expect((await bed.send(URL_, options)).problem.code).toBe('egress_secret_unknown');
    expect(bed.dials).toEqual([]);
  });

  it('X87 when the value has a line end and would make headers of its own', async () => {
    const secret = bind('API_KEY', 'value\r\nX-Evil: 1', 'header');
    await using bed = await createTestBed({ secrets: [secret] });
    const reply = await bed.send(URL_, { headers: { 'x-a': secret.placeholder } });
    expect(reply.problem.code).toBe('egress_secret_unusable');
    expect(bed.dials).toEqual([]);
  });
});

describe('X85 a service that gives the value back', () => {
  it('finds it redacted in headers and body, in several encodings', async () => {
    const secret = bind('API_KEY', 'sk-live-0123456789+/', 'header');
    const value = 'sk-live-0123456789+/';
    await using bed = await createTestBed({
      secrets: [secret],
      answer: (request, response) => {
        response.setHeader('x-echo', String(request.headers.authorization)).setHeader(value.replace('+/', ''), '1');
        response.setHeader('location', `https://x.test/?k=${encodeURIComponent(value)}`);
        const encoded = Buffer.from(`user:${value}`).toString('base64');
        response.end(JSON.stringify({ seen: request.headers.authorization, encoded }));
      },
    });
    const reply = await bed.send(URL_, { headers: { authorization: `Bearer ${secret.placeholder}` } });
    expect(bed.seen[0]?.headers.authorization).toBe(`Bearer ${value}`);
    expect(reply.headers['x-echo']).toBe('Bearer [redacted:API_KEY]');
    expect(reply.headers.location).toBe('https://x.test/?k=[redacted:API_KEY]');
    expect(JSON.parse(reply.body)).toMatchObject({ seen: 'Bearer [redacted:API_KEY]' });
    const everything = JSON.stringify(reply);
    for (const form of [value, encodeURIComponent(value), Buffer.from(`user:${value}`).toString('base64').slice(8, -4)])
      expect(everything).not.toContain(form);
  });

  it('finds it redacted across chunk borders and in compressed answers', async () => {
    const secret = bind('API_KEY', 'sk-live-0123456789', 'header');
    await using bed = await createTestBed({
      secrets: [secret],
      answer: async (request, response) => {
        const text = `<${request.headers['x-a']}>`;
        if (request.url === '/gzip') {
          response.setHeader('content-encoding', 'gzip').end(gzipSync(text));
          return;
        }
        for (const char of text) if (!response.write(char)) await once(response, 'drain');
        response.end();
      },
    });
    for (const path of ['chunks', 'gzip']) {
      const reply = await bed.send(`https://api.good.test/${path}`, { headers: { 'x-a': secret.placeholder } });
      expect(reply.body).toBe('<[redacted:API_KEY]>');
    }
  });

  it('cannot be asked for it in ranges', async () => {
    const secret = bind('API_KEY', 'sk-live-0123456789', 'header');
    await using bed = await createTestBed({ secrets: [secret] });
    await bed.send(URL_, { headers: { 'x-a': secret.placeholder, range: 'bytes=0-3', 'if-range': '"x"' } });
    expect(bed.seen[0]?.headers.range).toBeUndefined();
    expect(bed.seen[0]?.headers['if-range']).toBeUndefined();
  });
});
