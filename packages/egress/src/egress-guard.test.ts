import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { createEgressGuard } from './egress-guard.ts';
import { newPlaceholder } from './placeholder.ts';
import { bind, createTestBed, send } from './test-bed.ts';

const URL_ = 'https://api.good.test/';
/** Answers half and then waits, so that a request is under way. */
const half = { answer: (_request: unknown, response: { write(text: string): void }) => response.write('half') };

describe('one socket, one server', () => {
  it('X65 takes the server from the socket and from no header', async () => {
    await using bed = await createTestBed({ rules: [] });
    const reply = await bed.send(URL_, { headers: { 'x-bmm-server': 'server-2', 'x-mcp-server': 'server-2' } });
    expect(reply.problem.code).toBe('egress_host_not_listed');
    expect(await bed.lastRow()).toMatchObject({ serverId: 'server-1', decision: 'denied' });
  });

  it('X68 gives each server its own rules, secrets and connections', async () => {
    const secret = bind('API_KEY', 'sk-live-0123456789', 'header');
    await using first = await createTestBed({ secrets: [secret] });
    await using second = await createTestBed({ secrets: [bind('API_KEY', 'sk-live-other-value', 'header')] });
    const headers = { 'x-a': secret.placeholder };
    expect((await first.send(URL_, { headers })).status).toBe(200);
    expect((await second.send(URL_, { headers })).problem.code).toBe('egress_secret_unknown');
  });

  it('lets nobody but its own user connect, and takes no path that something is at', async () => {
    await using bed = await createTestBed();
    expect(statSync(bed.socketPath).mode & 0o777).toBe(0o600);
    await using guard = createEgressGuard({ resolve: async () => [], dial: () => connect(1), onRow: () => {} });
    await expect(guard.open({ socketPath: bed.socketPath, policy: bed.policy })).rejects.toThrow('EADDRINUSE');
  });
});

describe('a policy', () => {
  const twice = bind('API_KEY', 'sk-live-0123456789', 'header');

  it('X81 is changed by `update` only: deny by default, then what the owner adds, then no more', async () => {
    await using bed = await createTestBed({ rules: [] });
    expect((await bed.send(URL_)).status).toBe(403);
    bed.egress.update({ ...bed.policy, rules: [{ host: 'api.good.test', allowHttp: false }] });
    expect((await bed.send(URL_)).status).toBe(200);
    bed.egress.update(bed.policy);
    expect((await bed.send(URL_)).status).toBe(403);
  });

  it('X97 that no longer lists a host cuts what is under way to it, and nothing else', async () => {
    const rules = ['api.good.test', 'other.good.test'].map((host) => ({ host, allowHttp: false }));
    await using bed = await createTestBed({ rules, ...half });
    const cut = bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`);
    const kept = bed.raw('GET https://other.good.test/ HTTP/1.1\r\n\r\n', 600);
    await sleep(150);
    const startedAt = Date.now();
    bed.egress.update({ ...bed.policy, rules: rules.slice(1) });
    expect(await cut).toContain('half');
    expect(Date.now() - startedAt).toBeLessThan(300);
    const expected = { host: 'api.good.test', reason: 'rule_removed', decision: 'denied' };
    expect(await bed.lastRow()).toMatchObject(expected);
    expect(bed.rows).toHaveLength(1);
    expect(await kept).toContain('half');
  });

  it.each([
    ['another server', { serverId: 'server-2', rules: [], secrets: [] }],
    ['an address', { serverId: 'server-1', rules: [{ host: '10.0.0.1', allowHttp: false }], secrets: [] }],
    ['a public suffix', { serverId: 'server-1', rules: [{ host: '*.co.uk', allowHttp: false }], secrets: [] }],
    ['upper case', { serverId: 'server-1', rules: [{ host: 'API.good.test', allowHttp: false }], secrets: [] }],
    [
      'two secrets with one placeholder',
      { serverId: 'server-1', rules: [], secrets: [twice, { ...twice, name: 'OTHER' }] },
    ],
    ['an empty secret', { serverId: 'server-1', rules: [], secrets: [bind('API_KEY', '', 'header')] }],
    [
      'a guessable placeholder',
      { serverId: 'server-1', rules: [], secrets: [{ ...bind('API_KEY', 'x', 'header'), placeholder: 'API_KEY' }] },
    ],
  ])('for %s is not taken, and the one before stays', async (_name, policy) => {
    await using bed = await createTestBed();
    expect(() => bed.egress.update(policy)).toThrow(TypeError);
    expect((await bed.send(URL_)).status).toBe(200);
  });

  it('never prints a value when it is not valid', async () => {
    await using bed = await createTestBed();
    const secret = {
      name: 'lower',
      placeholder: newPlaceholder('x'),
      value: new Secret('planted'),
      host: 'a.b.test',
      in: 'header' as const,
    };
    expect(() => bed.egress.update({ ...bed.policy, secrets: [secret] })).toThrow(
      /^(?!.*planted).*A secret is named like/,
    );
  });

  it('X80 cannot open a host of the platform', async () => {
    await using bed = await createTestBed({ reservedHosts: ['good.test'] });
    expect((await bed.send(URL_)).problem.code).toBe('egress_host_reserved');
    expect(bed.dials).toEqual([]);
  });
});

describe('the end', () => {
  it('X98 cuts every request of the server and writes its row', async () => {
    await using bed = await createTestBed(half);
    const answer = bed.raw(`GET ${URL_} HTTP/1.1\r\n\r\n`, 5_000);
    await sleep(150);
    const startedAt = Date.now();
    await bed.egress.close();
    expect(await answer).toContain('half');
    expect(Date.now() - startedAt).toBeLessThan(500);
    expect(bed.rows).toMatchObject([{ reason: 'guard_closed', decision: 'failed' }]);
  });

  it('X99 leaves no socket: without the guard nothing answers', async () => {
    await using bed = await createTestBed();
    await bed.egress.close();
    expect(existsSync(bed.socketPath)).toBe(false);
    await expect(send(bed.socketPath, URL_)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await bed.egress.close();
  });
});

describe('what is ours', () => {
  it('an unexpected failure is a refusal without details', async () => {
    await using bed = await createTestBed({
      resolve: () => Promise.resolve(JSON.parse('null') as readonly string[]),
    });
    const reply = await bed.send(URL_);
    expect(reply).toMatchObject({ status: 500, problem: { code: 'egress_internal' } });
    expect(await bed.lastRow()).toMatchObject({ decision: 'failed', reason: 'internal' });
  });

  it('a keep-alive connection of the guest serves many requests', async () => {
    await using bed = await createTestBed();
    const line = `GET ${URL_} HTTP/1.1\r\n`;
    const answer = await bed.raw(`${`${line}\r\n`.repeat(5)}${line}Connection: close\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(6);
  });
});
