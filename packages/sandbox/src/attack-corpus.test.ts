import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@bmm/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from './sandbox.ts';
import { SandboxStartError } from './sandbox-start-error.ts';
import { callTool, TEST_BUNDLE, toBundle } from './test-bundle.ts';
import { createWorkerdDriver, type WorkerdDriver } from './workerd-driver.ts';

// What cannot be decided by reading code: every name is made at run time, from arguments, errors or what objects offer.
// Each handler returns what it got hold of, or throws.
const ATTACKS = `
export const probed = () => globalThis.probed === true;
globalThis.probe = () => { globalThis.probed = true; };

const step = (object, key) => object[key];
const CODE = 'probe()';

// Code from strings.
export const keyFromArguments = ({ key }) => step(step({}, key), key)(CODE)();
export const keyFromNames = () => {
  const key = Object.getOwnPropertyNames(Object.getPrototypeOf([])).find((name) => name.startsWith('cons'));
  return step(step('', key), key)(CODE)();
};
export const keyFromError = () => {
  try { null.constructor; } catch (error) {
    const key = /'(\\w+)'/.exec(error.message)[1];
    return step(step(0, key), key)(CODE)();
  }
};
export const keyFromJson = ({ json }) => { const { k } = JSON.parse(json); return step(() => 0, k)(CODE)(); };
export const asyncFunction = ({ key }) => step(async () => 0, key)(CODE)();
export const generatorFunction = ({ key }) => step(function* () {}, key)(CODE)().next();
export const asyncGenerator = ({ key }) => step(async function* () {}, key)(CODE)().next();
export const reflected = ({ key }) => Reflect.construct(step(step, key), [CODE])();
export const species = ({ key }) => [CODE].map(step([].map, key))[0]();
export const globalByName = ({ name }) => globalThis[name](CODE);
export const timerByName = async ({ name }) => {
  globalThis[name](CODE, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
};
export const moduleFromData = ({ scheme }) => import(scheme + ':text/javascript,' + CODE);
export const webAssembly = ({ name, bytes }) => new globalThis[name].Module(new Uint8Array(bytes)).toString();

// Files, environment, processes, other servers.
export const moduleByName = async ({ name }) => Object.keys(await import(name));
export const runtimeProcess = async ({ modules }) => {
  const { default: it } = await import('node:process');
  const found = modules.filter((name) => it.getBuiltinModule?.(name) !== undefined);
  return { keys: Object.keys(it).sort(), env: Object.keys(it.env), argv: it.argv ?? null, found };
};
export const fetchUrl = async ({ url }) => (await fetch(url)).text();
export const nativeFetch = async ({ url }) => {
  // The guest's entry module replaces fetch; a request through a cache uses the runtime's own.
  const cache = await caches.open('x');
  await cache.add(url);
  return (await cache.match(url)).text();
};
export const valueByPath = ({ path }) => {
  const value = path.reduce((object, key) => object[key], globalThis);
  if (value === undefined) throw new Error('undefined');
  return Object.keys(value);
};
export const dial = async ({ address }) => {
  const { connect } = await import('cloudflare:sockets');
  const socket = connect(address);
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode('GET / HTTP/1.0\\r\\n\\r\\n'));
  const { value } = await socket.readable.getReader().read();
  return new TextDecoder().decode(value);
};
export const webSocket = ({ url }) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  socket.onopen = () => resolve('open');
  socket.onerror = () => reject(new Error('closed'));
});
`;

const WASM_HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const CANARY = 'canary-was-reached';
const SHARED_CORPUS = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));

describe('attacks that only show at run time, in the strongest tier of this machine', () => {
  const runDir = mkdtempSync(join(tmpdir(), 'bmm-attack-'));
  let driver: WorkerdDriver;
  let sandbox: Sandbox;
  let victim: Sandbox;
  let canaries: Server[];
  let tcpPort: number;
  let connections = 0;

  const listen = (where: { path: string } | { host: string; port: number }) => {
    const server = createServer((socket) => {
      connections += 1;
      socket.end(`HTTP/1.0 200 OK\r\n\r\n${CANARY}`);
    });
    return new Promise<Server>((resolve) => server.listen(where, () => resolve(server)));
  };

  beforeAll(async () => {
    driver = createWorkerdDriver({ runDir });
    canaries = await Promise.all([
      listen({ host: '127.0.0.1', port: 0 }),
      listen({ path: join(runDir, 's', 'canary.sock') }),
    ]);
    const address = canaries[0]?.address();
    tcpPort = typeof address === 'object' && address ? address.port : 0;
    victim = await driver.start({ serverId: 'victim', bundle: TEST_BUNDLE });
    sandbox = await driver.start({ serverId: 'attacker', bundle: toBundle(ATTACKS) });
  });
  afterAll(async () => {
    await driver.close();
    for (const canary of canaries) canary.close();
    rmSync(runDir, { recursive: true, force: true });
  });

  const attack = async (handler: string, args: JsonObject = {}) => {
    const outcome = await callTool(sandbox, handler, args);
    expect(outcome, `${handler} ${JSON.stringify(args)}`).toMatchObject({ ok: false, reason: 'handler_threw' });
    expect(JSON.stringify(outcome)).not.toContain(CANARY);
    expect(await callTool(sandbox, 'probed')).toMatchObject({ ok: true, value: false });
    return outcome.ok ? '' : outcome.message;
  };
  const key = ['con', 'structor'].join('');
  const refusal = 'Code generation from strings disallowed for this context';

  it.each([
    ['keyFromArguments', { key }],
    ['keyFromNames', {}],
    ['keyFromError', {}],
    ['keyFromJson', { json: JSON.stringify({ k: key }) }],
    ['asyncFunction', { key }],
    ['generatorFunction', { key }],
    ['asyncGenerator', { key }],
    ['reflected', { key }],
    ['species', { key }],
    ['globalByName', { name: 'eval' }],
    ['globalByName', { name: 'Function' }],
  ] as const)('runs no code from a string: %s %o', async (handler, args) => {
    expect(await attack(handler, args)).toBe(refusal);
  });

  it('runs no code from a timer, a data URL or WebAssembly', async () => {
    await attack('timerByName', { name: 'setTimeout' });
    await attack('timerByName', { name: 'setInterval' });
    await attack('moduleFromData', { scheme: 'data' });
    await attack('webAssembly', { name: 'WebAssembly', bytes: WASM_HEADER });
  });

  it('finds no module, global or address that leads to files, the environment or processes', async () => {
    const modules = ['fs', 'fs/promises', 'child_process', 'os', 'vm', 'worker_threads', 'net', 'module'];
    for (const name of modules)
      for (const prefix of ['node:', '']) await attack('moduleByName', { name: prefix + name });
    // The one module of Node.js that cannot be switched off; it knows nothing of the real process.
    const outcome = await callTool(sandbox, 'runtimeProcess', { modules });
    expect(outcome).toMatchObject({ ok: true, value: { env: [], argv: null, found: [] } });
    for (const name of ['cloudflare:workers/../fs', '/etc/passwd', 'file:///etc/passwd', '../config.capnp']) {
      await attack('moduleByName', { name });
    }
    const paths = [['process', 'env'], ['process', 'binding'], ['Deno'], ['Bun'], ['require'], ['module'], ['global']];
    for (const path of paths) await attack('valueByPath', { path });
    for (const url of ['file:///etc/passwd', 'file:///proc/self/environ', 'data:text/plain,x', 'blob:x']) {
      await attack('fetchUrl', { url });
    }
  });

  it('reaches no address by any of the ways out: loopback, other servers’ sockets', async () => {
    const sockets = [join(runDir, 's', 'canary.sock'), join(runDir, 's', victim.id, 'in.sock'), '/s/in.sock'];
    const addresses = [`127.0.0.1:${tcpPort}`, `[::1]:${tcpPort}`, `localhost:${tcpPort}`];
    for (const address of [...addresses, ...sockets.map((path) => `unix:${path}`), ...sockets]) {
      await attack('dial', { address });
    }
    for (const address of addresses) {
      await attack('fetchUrl', { url: `http://${address}/` });
      await attack('nativeFetch', { url: `http://${address}/` });
      await attack('webSocket', { url: `ws://${address}/` });
    }
    expect(connections).toBe(0);
    expect(await callTool(victim, 'count')).toMatchObject({ value: 1 });
  });

  const files = sharedRuntimeCases();
  if (files.length === 0)
    console.warn('The shared attack corpus is not beside the repository, so its files were not run.');
  it.runIf(files.length > 0).each(files)('gets nothing out of the shared case %s', async (_id, code) => {
    const prelude = 'globalThis.probe = () => { globalThis.probed = true; };';
    const bundle = toBundle(`${prelude}\n${code}\nexport const wasProbed = () => globalThis.probed === true;`);
    const started = await driver.start({ serverId: 'corpus', bundle }).catch((error: unknown) => error);
    if (started instanceof SandboxStartError) return;
    if (!isSandbox(started)) throw started;
    await using guest = started;
    expect(await callTool(guest, 'run')).toMatchObject({ ok: false, message: refusal });
    expect(await callTool(guest, 'wasProbed')).toMatchObject({ value: false });
  });
});

const isSandbox = (value: unknown): value is Sandbox => typeof value === 'object' && value !== null && 'call' in value;

/** The cases of the corpus that reading cannot decide; it is no part of the repository. */
function sharedRuntimeCases(): [id: string, code: string][] {
  const manifest = join(SHARED_CORPUS, 'manifest.json');
  if (!existsSync(manifest)) return [];
  const rows = JSON.parse(readFileSync(manifest, 'utf8')) as {
    id: string;
    kind: string;
    layer?: string;
    file?: string;
  }[];
  return rows.flatMap(({ id, kind, layer, file }) =>
    kind === 'code' && layer === 'runtime' && file ? [[id, readFileSync(join(SHARED_CORPUS, file), 'utf8')]] : [],
  );
}
