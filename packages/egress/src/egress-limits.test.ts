import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createEgressGuard } from './egress-guard.ts';
import { createTestBed, portOf, send } from './test-bed.ts';

const URL_ = 'https://api.good.test/';

describe('an answer', () => {
  it('X41 is refused when it declares more than the limit, and cut when it turns out to be more', async () => {
    await using bed = await createTestBed({
      limits: { responseBytes: 100_000 },
      answer: (request, response) => {
        if (request.url === '/declared') response.setHeader('content-length', 200_000);
        response.write(Buffer.alloc(100_000));
        response.end(Buffer.alloc(100_000));
      },
    });
    const declared = await bed.send(`${URL_}declared`);
    expect(declared).toMatchObject({ status: 502, problem: { code: 'egress_response_too_large' } });
    const undeclared = await bed.raw(`GET ${URL_}chunked HTTP/1.1\r\n\r\n`);
    expect(undeclared).toMatch(/^HTTP\/1\.1 200/);
    expect(undeclared.length).toBeLessThan(110_000);
    expect(undeclared).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'response_too_large', status: 200 });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('X89 compressed with %s is decoded, and cut when it is a bomb', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(20_000_000));
    await using bed = await createTestBed({
      limits: { responseBytes: 5_000_000 },
      answer: (request, response) => {
        response.setHeader('content-encoding', encoding);
        response.end(request.url === '/bomb' ? bomb : compress('hello'));
      },
    });
    const reply = await bed.send(URL_);
    expect(reply).toMatchObject({ status: 200, body: 'hello' });
    expect(reply.headers['content-encoding']).toBeUndefined();
    const answer = await bed.raw(`GET ${URL_}bomb HTTP/1.1\r\n\r\n`);
    expect(answer.length).toBeLessThan(5_200_000);
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'response_too_large' });
    expect((await bed.lastRow()).responseBytes).toBeLessThanOrEqual(bomb.length);
  });

  it('X89 is cut by its ratio before it reaches the byte limit', async () => {
    await using bed = await createTestBed({
      answer: (_request, response) =>
        response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(10_000_000))),
    });
    expect((await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`)).length).toBeLessThan(3_000_000);
    expect(await bed.lastRow()).toMatchObject({ reason: 'response_too_large' });
  });

  it('in another encoding, or in two, is refused', async () => {
    await using bed = await createTestBed({
      answer: (request, response) =>
        response.setHeader('content-encoding', request.url === '/two' ? 'gzip, br' : 'zstd').end('x'),
    });
    expect((await bed.send(URL_)).problem.code).toBe('egress_encoding_not_supported');
    expect((await bed.send(`${URL_}two`)).problem.code).toBe('egress_encoding_not_supported');
  });

  it('X42 X90 that drips is cut at the total time', async () => {
    await using bed = await createTestBed({
      limits: { totalMs: 300 },
      answer: (_request, response) => {
        const timer = setInterval(() => response.write('.'), 50);
        response.on('close', () => clearInterval(timer));
      },
    });
    const startedAt = Date.now();
    await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`);
    expect(Date.now() - startedAt).toBeLessThan(1_500);
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'total_timeout', status: 200 });
  });

  it('X90 that stops half-way is cut at the idle time', async () => {
    await using bed = await createTestBed({
      limits: { idleMs: 100 },
      answer: (_request, response) => response.write('half'),
    });
    expect(await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`)).toContain('half');
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'idle_timeout' });
  });

  it('that never begins ends as 504', async () => {
    await using bed = await createTestBed({ limits: { responseHeaderMs: 100 }, answer: () => {} });
    expect(await bed.send(URL_)).toMatchObject({ status: 504, problem: { code: 'egress_response_timeout' } });
  });

  it('X43 of a host that accepts and stays silent ends as 502', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()));
    {
      await using bed = await createTestBed({
        limits: { connectMs: 100 },
        dial: () => connect(portOf(silent), '127.0.0.1'),
      });
      expect(await bed.send(URL_)).toMatchObject({ status: 502, problem: { code: 'egress_connect_failed' } });
    }
    silent.close();
  });

  it('that is no HTTP, has both lengths or switches protocols ends as 502', async () => {
    const answers = ['nonsense', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'];
    answers.push('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    answers.push(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
    await using bed = await createTestBed({
      answer: (request) => request.socket.end(answers[Number(request.url?.slice(1))] ?? ''),
    });
    for (const index of answers.keys()) {
      expect((await bed.send(`${URL_}${index}`, { method: 'POST' })).problem.code, String(index)).toBe(
        'egress_upstream_failed',
      );
    }
  });

  it('that the service breaks off is cut for the guest as well', async () => {
    await using bed = await createTestBed({
      answer: (request, response) => response.write('half', () => setTimeout(() => request.socket.destroy(), 20)),
    });
    const answer = await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`);
    expect(answer).toContain('half');
    expect(answer).not.toMatch(/0\r\n\r\n$/);
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'upstream_failed', status: 200 });
  });

  it('is no longer fetched when the tool stops waiting', async () => {
    let closed = false;
    await using bed = await createTestBed({
      answer: (_request, response) => {
        response.write('x');
        response.on('close', () => {
          closed = true;
        });
      },
    });
    await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`, 100);
    await sleep(50);
    expect(closed).toBe(true);
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'guest_gone' });
  });

  it('streams: what a service has sent arrives before it is done', async () => {
    await using bed = await createTestBed({
      answer: (_request, response) => {
        response.setHeader('content-type', 'text/event-stream');
        response.write('data: 1\n\n');
      },
    });
    expect(await bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`, 200)).toContain('data: 1\n\n');
  });
});

describe('a request', () => {
  it('X91 is refused when its body is too large, declared or not, before anything is dialled', async () => {
    await using bed = await createTestBed({ limits: { requestBodyBytes: 1_000 } });
    const body = Buffer.alloc(5_000);
    const declared = await send(bed.socketPath, URL_, { method: 'POST', body }).catch(() => undefined);
    const chunked = await send(bed.socketPath, URL_, {
      method: 'POST',
      body,
      headers: { 'transfer-encoding': 'chunked' },
    }).catch(() => undefined);
    for (const reply of [declared, chunked])
      if (reply !== undefined)
        expect(reply).toMatchObject({ status: 413, problem: { code: 'egress_request_too_large' } });
    expect(bed.dials).toEqual([]);
    expect(bed.rows.map(({ reason }) => reason)).toEqual(['request_too_large', 'request_too_large']);
  });

  it('X91 waits for room: bodies that are held together have a limit for each server', async () => {
    await using bed = await createTestBed({ limits: { bufferedBytesPerServer: 1_500 } });
    const head = `POST ${URL_} HTTP/1.1\r\nContent-Length: 2000\r\n\r\n`;
    const holding = bed.raw(head + 'x'.repeat(1_000), 400);
    await sleep(50);
    const reply = await bed.send(URL_, { method: 'POST', body: 'x'.repeat(1_000) });
    expect(reply).toMatchObject({ status: 503, problem: { code: 'egress_bodies_too_large' } });
    await holding;
    expect((await bed.send(URL_, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(200);
  });

  it('X92 is refused with 429 over the limits for a time and at a time, and the next minute is free again', async () => {
    let nowMs = 0;
    await using bed = await createTestBed({
      now: () => nowMs,
      limits: { requestsPerMinute: 5, concurrentRequests: 2 },
      answer: (_request, response) => setTimeout(() => response.end('ok'), 100),
    });
    const together = await Promise.all([bed.send(URL_), bed.send(URL_), bed.send(URL_)]);
    expect(together.map(({ status }) => status).toSorted()).toEqual([200, 200, 429]);
    await bed.send(URL_);
    await bed.send(URL_);
    expect((await bed.send(URL_)).problem).toMatchObject({
      code: 'egress_too_many_requests',
      detail: 'A server can send 5 requests a minute.',
    });
    nowMs = 60_000;
    expect((await bed.send(URL_)).status).toBe(200);
  });

  it('X92 cannot hold a connection open with half a head (slowloris), nor with half a body', async () => {
    await using bed = await createTestBed({ limits: { requestHeaderMs: 100, requestMs: 200 } });
    const startedAt = Date.now();
    const [head, body] = await Promise.all([
      bed.raw('GET https://api.good.test/ HTTP/1.1\r\nX-A: ', 3_000),
      bed.raw('POST https://api.good.test/ HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc', 3_000),
    ]);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(head).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toMatch(/^HTTP\/1\.1 408/);
    expect(bed.rows.map(({ reason }) => reason)).toEqual(['request_timeout', 'request_timeout']);
  });

  it('X92 finds no connection when a guest holds too many', async () => {
    await using bed = await createTestBed({ limits: { connections: 5 } });
    const sockets = Array.from({ length: 50 }, () => connect(bed.socketPath).on('error', () => {}));
    await sleep(100);
    expect(sockets.filter((socket) => !socket.destroyed && socket.readyState === 'open').length).toBeLessThanOrEqual(5);
    for (const socket of sockets) socket.destroy();
    expect(await bed.lastRow()).toMatchObject({ reason: 'too_many_connections', decision: 'denied' });
  });
});

describe('rows', () => {
  it('X100 of a flood of refusals are cut off and summed up in one row with a count', async () => {
    let nowMs = 0;
    await using bed = await createTestBed({ now: () => nowMs, limits: { deniedRowsPerMinute: 3 } });
    for (let n = 0; n < 10; n++) await bed.send(`https://host${n}.evil.test/`);
    await bed.send(URL_);
    expect(bed.rows.map(({ decision }) => decision)).toEqual(['denied', 'denied', 'denied', 'allowed']);
    nowMs = 60_000;
    await bed.send('https://late.evil.test/');
    expect(bed.rows.slice(4)).toMatchObject([
      { reason: 'rows_suppressed', count: 7, host: '' },
      { reason: 'host_not_listed', host: 'late.evil.test', count: 1 },
    ]);
  });

  it('X100 hold no character that could write a line of its own', async () => {
    await using bed = await createTestBed();
    await bed.raw('GET https://a\u0085b\u009b31m.test/ HTTP/1.1\r\n\r\n', 200);
    await bed.raw('CONNECT evil\\u000a.test:443 HTTP/1.1\r\n\r\n', 200);
    for (const row of bed.rows) expect(`${row.host}${row.sentence}`).toMatch(/^[\x20-\x7e]*$/);
    expect(bed.rows.length).toBeGreaterThan(0);
  });

  it('that cannot be written do not stop requests', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'bmm-egress-'));
    {
      await using guard = createEgressGuard({
        resolve: async () => [],
        dial: () => connect(1),
        onRow: () => {
          throw new Error('full');
        },
      });
      const socketPath = `${dir}/egress.sock`;
      await guard.open({ socketPath, policy: { serverId: 'a', rules: [], secrets: [] } });
      expect((await send(socketPath, URL_)).problem.code).toBe('egress_host_not_listed');
    }
    await rm(dir, { recursive: true });
  });
});
