import { createHash } from 'node:crypto';
import type { CallOutcome, CallRequest, Sandbox, ToolBundle } from './sandbox.ts';

/** A bundle with the hash that names it; for tests. */
export const toBundle = (code: string): ToolBundle => ({
  code,
  sha256: createHash('sha256').update(code).digest('hex'),
});

/** Tools that do what tools should and should not do. */
export const TEST_BUNDLE = toBundle(`
let counter = 0;
export async function echo(args, ctx) { return args; }
export async function count() { return ++counter; }
export function nothing() {}
export async function context(args, ctx) {
  return { callId: ctx.callId, secrets: ctx.secrets, frozen: Object.isFrozen(ctx.secrets), aborted: ctx.signal.aborted };
}
export async function say(args, ctx) {
  console.log('one', { two: 2 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  console.error(new Error('three'));
  ctx.log(args.text);
  return null;
}
export async function flood() { for (let i = 0; i < 10000; i++) console.log('x'.repeat(1000)); return 'done'; }
export async function fail() { throw new Error('The city is not known.'); }
export async function failLong() { throw new Error('x'.repeat(100000)); }
export async function failOddly() { throw { toString() { throw 1 } }; }
export async function then() { return 'not a promise'; }
export async function slow(args) { await new Promise((resolve) => setTimeout(resolve, args.ms)); return 'slow'; }
export async function never() { return new Promise(() => {}); }
export async function noticeAbort(args, ctx) {
  globalThis.reasons ??= [];
  ctx.signal.addEventListener('abort', () => globalThis.reasons.push(ctx.signal.reason.message));
  return new Promise(() => {});
}
export async function abortReasons() { return globalThis.reasons ?? []; }
export async function loop() { while (true); }
export async function heapBomb() { const all = []; for (;;) all.push({ n: all.length, s: 'x' + all.length }); }
export async function bufferBomb() { const all = []; for (;;) all.push(new Uint8Array(16 << 20).fill(1)); }
export async function huge(args) { return 'x'.repeat(args.bytes); }
export async function circular() { const a = {}; a.a = a; return a; }
export async function big() { return 1n; }
export async function func() { return () => 1; }
export async function tryCode() {
  const results = [];
  for (const attempt of [() => eval('1'), () => new Function('return 1')(), () => (async () => {}).constructor('return 1')()]) {
    try { results.push(String(attempt())); } catch (error) { results.push(error.name); }
  }
  return results;
}
export async function tryImports(args) {
  const found = [];
  for (const name of args.names) { try { await import(name); found.push(name); } catch {} }
  return found;
}
export async function tryNetwork(args) {
  const results = [];
  const attempt = async (run) => { try { results.push(String(await run())); } catch (error) { results.push('refused: ' + error.message); } };
  await attempt(async () => (await fetch(args.url)).status);
  await attempt(async () => (await caches.default.match(args.url)) && 'matched');
  await attempt(() => new Promise((resolve, reject) => {
    const socket = new WebSocket(args.url.replace('http', 'ws'));
    socket.onopen = () => resolve('open');
    socket.onerror = () => reject(new Error('socket'));
  }));
  await attempt(async () => {
    const { connect } = await import('cloudflare:sockets');
    const { host } = new URL(args.url);
    const socket = connect(host);
    await socket.opened;
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode('GET / HTTP/1.0\\r\\n\\r\\n'));
    const { value } = await socket.readable.getReader().read();
    return 'read ' + value;
  });
  return results;
}
`);

/** A call with what most tests do not care about filled in. */
export function toCall(handler: string, options: Partial<CallRequest> = {}): CallRequest {
  return { handler, arguments: {}, callId: `call-${handler}`, timeoutMs: 5_000, ...options };
}

export const callTool = (
  sandbox: Sandbox,
  handler: string,
  args: CallRequest['arguments'] = {},
): Promise<CallOutcome> => sandbox.call(toCall(handler, { arguments: args }));
