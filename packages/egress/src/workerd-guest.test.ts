/** The guard behind a real guest: what the runtime really puts on the socket, and what tool code gets to see. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkerdDriver } from '@bmm/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEgressGuard, type EgressGuard } from './egress-guard.ts';
import type { EgressRow } from './egress-row.ts';
import { bind, createTestBed, type TestBed } from './test-bed.ts';

// The runtime's own fetch, also where the guest's frame puts another one before it.
const CODE = `
const scope = [Object.getPrototypeOf(globalThis), globalThis].find((candidate) => 'fetch' in candidate);
const fetch = (url, init) => scope.fetch.call(globalThis, url, init);
export async function get(args) {
  const response = await fetch(args.url, args.init);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}
export async function tryGet(args) {
  try { return { status: (await fetch(args.url, args.init)).status }; } catch (error) { return { error: String(error) }; }
}
export async function many(args) {
  const answers = await Promise.all(Array.from({ length: args.count }, () => fetch(args.url).then((r) => r.text())));
  return answers.filter((text) => text === args.expected).length;
}
`;

const secret = bind('API_KEY', 'sk-live-0123456789', 'header');

describe('a real guest', () => {
  let bed: TestBed;
  let runDir: string;
  let driver: ReturnType<typeof createWorkerdDriver>;
  let guard: EgressGuard;
  const rows: EgressRow[] = [];
  let call: (handler: string, args: Record<string, unknown>) => Promise<unknown>;

  beforeAll(async () => {
    bed = await createTestBed({
      secrets: [secret],
      answer: (request, response) => {
        if (request.url === '/redirect') response.writeHead(302, { location: 'https://evil.test/stolen' }).end();
        else if (request.url === '/echo') response.end(JSON.stringify(request.headers));
        else response.end('hello');
      },
    });
    runDir = await mkdtemp(join(tmpdir(), 'bmm-eg-'));
    driver = createWorkerdDriver({ runDir });
    const bundle = { code: CODE, sha256: createHash('sha256').update(CODE).digest('hex') };
    const sandbox = await driver.start({ serverId: 'server-1', bundle });
    process.stdout.write(`guest in tier ${driver.tier}${driver.hasOwnUid ? ' with a user of its own' : ''}\n`);
    // The same service as the test bed's, through a socket in the sandbox's own directory.
    guard = createEgressGuard({ ...bed.guardOptions, onRow: (row) => rows.push(row) });
    await guard.open({ socketPath: join(runDir, 's', sandbox.id, 'egress.sock'), policy: bed.policy });
    call = async (handler, args) => {
      const outcome = await sandbox.call({
        handler,
        arguments: JSON.parse(JSON.stringify(args)),
        callId: handler,
        timeoutMs: 10_000,
      });
      if (!outcome.ok) throw new Error(outcome.message);
      return outcome.value;
    };
  });

  afterAll(async () => {
    await guard.close();
    await driver.close();
    await bed[Symbol.asyncDispose]();
    await rm(runDir, { recursive: true, force: true });
  });

  it('X01 reaches a listed host with fetch over https, without a TLS stack of its own', async () => {
    expect(await call('get', { url: 'https://api.good.test/hello' })).toMatchObject({ status: 200, text: 'hello' });
    expect(rows.at(-1)).toMatchObject({ host: 'api.good.test', decision: 'allowed', status: 200 });
    expect(Object.keys(bed.seen.at(-1)?.headers ?? {})).toEqual(['host', 'accept-encoding', 'connection']);
  });

  it('X03 gets a sentence that a person can act on for any other host', async () => {
    const answer = await call('get', { url: 'https://api.other.com/' });
    expect(answer).toMatchObject({ status: 403, type: 'application/problem+json' });
    expect(JSON.stringify(answer)).toContain("api.other.com is not on this server's list; add it under Network.");
  });

  it('X53 X83 follows a redirect into a refusal', async () => {
    expect(await call('get', { url: 'https://api.good.test/redirect' })).toMatchObject({ status: 403 });
    expect(rows.slice(-2)).toMatchObject([
      { host: 'api.good.test', status: 302 },
      { host: 'evil.test', decision: 'denied', reason: 'host_not_listed' },
    ]);
  });

  it('X85 uses a secret that it never holds, and does not get it from an echo', async () => {
    const init = { headers: { authorization: `Bearer ${secret.placeholder}` } };
    const answer = await call('get', { url: 'https://api.good.test/echo', init });
    expect(bed.seen.at(-1)?.headers.authorization).toBe('Bearer sk-live-0123456789');
    expect(JSON.stringify(answer)).toContain('Bearer [redacted:API_KEY]');
    expect(JSON.stringify(answer)).not.toContain('sk-live');
  });

  it('X82 X84 loses a secret to no redirect', async () => {
    const init = { headers: { 'x-key': secret.placeholder } };
    expect(await call('get', { url: 'https://api.good.test/redirect', init })).toMatchObject({ status: 403 });
    expect(rows.at(-1)).toMatchObject({ host: 'evil.test', reason: 'secret_misplaced' });
  });

  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'https://api.good.test:8443/',
    'http://api.good.test/',
    'https://localhost/',
  ])('X12 X55 is refused for %s', async (url) => {
    const before = bed.dials.length;
    expect(await call('tryGet', { url })).toMatchObject({ status: 403 });
    expect(bed.dials).toHaveLength(before);
  });

  it('X52 gets no WebSocket', async () => {
    const answer = await call('tryGet', { url: 'https://api.good.test/', init: { headers: { upgrade: 'websocket' } } });
    expect(answer).not.toMatchObject({ status: 101 });
    expect(rows.at(-1)).toMatchObject({ reason: 'upgrade_not_allowed' });
  });

  it('sends and receives in parallel', async () => {
    expect(await call('many', { url: 'https://api.good.test/', count: 20, expected: 'hello' })).toBe(20);
  });
});
