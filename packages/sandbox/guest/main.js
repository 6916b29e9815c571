// The platform's entry module inside the sandbox. It shares its isolate with the tool code, so nothing here is a
// boundary: the host checks and bounds every answer again. It exists to give tools a context and callers clear words.
import { AsyncLocalStorage } from 'node:async_hooks';

const ERROR_BYTES_MAX = 2048;
const LOG_LINE_CHARS_MAX = 4096;
const encoder = new TextEncoder();
const currentCall = new AsyncLocalStorage();

const describe = (error) => {
  try {
    const text = error instanceof Error ? error.message || error.name : String(error);
    return truncateBytes(text, ERROR_BYTES_MAX);
  } catch {
    return 'The error has no readable message.';
  }
};

const truncateBytes = (text, bytesMax) => {
  const { read } = encoder.encodeInto(text, new Uint8Array(bytesMax));
  return read < text.length ? `${text.slice(0, Math.max(0, read - 1))}…` : text;
};

const formatLogPart = (part) => {
  try {
    if (typeof part === 'string') return part;
    if (part instanceof Error) return `${part.name}: ${part.message}`;
    return JSON.stringify(part) ?? String(part);
  } catch {
    return '[not printable]';
  }
};

const createLog = (linesMax, bytesMax) => {
  const startedAt = Date.now();
  const lines = [];
  let bytes = 0;
  let dropped = 0;
  return {
    add(level, parts) {
      if (lines.length >= linesMax || bytes >= bytesMax) {
        dropped += 1;
        return;
      }
      const text = parts.map(formatLogPart).join(' ').slice(0, LOG_LINE_CHARS_MAX);
      const message = truncateBytes(text, bytesMax - bytes);
      bytes += encoder.encode(message).length;
      lines.push({ level, message, elapsedMs: Date.now() - startedAt });
    },
    finish() {
      if (dropped === 0) return lines;
      const message = `${dropped} more log lines were dropped: one call may log ${linesMax} lines and ${bytesMax} bytes.`;
      return [...lines, { level: 'warn', message, elapsedMs: Date.now() - startedAt }];
    },
  };
};

const logAs =
  (level) =>
  (...parts) =>
    currentCall.getStore()?.add(level, parts);
const ignore = () => {};
globalThis.console = {
  log: logAs('info'),
  info: logAs('info'),
  debug: logAs('debug'),
  trace: logAs('debug'),
  dir: logAs('info'),
  table: logAs('info'),
  warn: logAs('warn'),
  error: logAs('error'),
  assert: (condition, ...parts) => condition || logAs('error')('Assertion failed:', ...parts),
  count: ignore,
  countReset: ignore,
  group: ignore,
  groupCollapsed: ignore,
  groupEnd: ignore,
  time: ignore,
  timeEnd: ignore,
  timeLog: ignore,
};

// The wall is the configuration (nothing listens behind globalOutbound); this only replaces "internal error" by a sentence.
globalThis.fetch = async () => {
  throw new Error('fetch failed: this server has no network access.');
};

let tools;
let loadError;
try {
  ({ tools } = await import('bridge.js'));
} catch (error) {
  loadError = `${error?.name ?? 'Error'}: ${describe(error)}`;
}

const runHandler = async (call, signal, log) => {
  const handler = Object.hasOwn(tools, call.handler) ? tools[call.handler] : undefined;
  if (typeof handler !== 'function') {
    return { ok: false, reason: 'unknown_handler', message: `The tool code exports no handler "${call.handler}".` };
  }
  const ctx = Object.freeze({
    secrets: Object.freeze({}),
    log: (message) => log.add('info', [message]),
    signal,
    callId: call.callId,
  });
  let value;
  try {
    value = await handler(call.arguments, ctx);
  } catch (error) {
    return { ok: false, reason: 'handler_threw', message: describe(error) };
  }
  return serialize(value === undefined ? null : value, call.resultBytesMax);
};

const serialize = (value, bytesMax) => {
  let json;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    return { ok: false, reason: 'result_not_json', message: `The result is not JSON: ${describe(error)}` };
  }
  if (json === undefined) {
    return { ok: false, reason: 'result_not_json', message: `The result is not JSON: it is a ${typeof value}.` };
  }
  const bytes = encoder.encode(json).length;
  if (bytes > bytesMax) {
    const message = `The result has ${bytes} bytes; the limit is ${bytesMax} bytes. Return less, for example one page.`;
    return { ok: false, reason: 'result_too_large', message };
  }
  return { ok: true, json };
};

const answerCall = async (request) => {
  const call = await request.json();
  const log = createLog(call.logLinesMax, call.logBytesMax);
  const controller = new AbortController();
  request.signal.addEventListener('abort', () => controller.abort(new Error('The caller went away.')));
  let timer;
  // The pending timer also keeps the runtime from declaring a handler hung that waits for something else.
  const timeout = new Promise((resolve) => {
    timer = setTimeout(() => {
      controller.abort(new Error('The call took too long.'));
      const message = `The tool did not finish within its limit of ${call.timeoutMs} ms.`;
      resolve({ ok: false, reason: 'timed_out', message });
    }, call.timeoutMs);
  });
  const outcome = await currentCall.run(log, () => Promise.race([runHandler(call, controller.signal, log), timeout]));
  clearTimeout(timer);
  const logs = JSON.stringify(log.finish());
  const body = outcome.ok
    ? `{"ok":true,"value":${outcome.json},"logs":${logs}}`
    : `${JSON.stringify(outcome).slice(0, -1)},"logs":${logs}}`;
  return new Response(body, { headers: { 'content-type': 'application/json' } });
};

export default {
  async fetch(request) {
    if (request.method === 'POST') return answerCall(request);
    return Response.json(loadError === undefined ? { ready: true } : { ready: false, message: loadError });
  },
};
