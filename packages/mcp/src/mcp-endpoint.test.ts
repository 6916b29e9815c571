import type { ToolDefinition } from '@bmm/types';
import { AppError } from '@bmm/types';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { RESULT_CHARS_MAX } from './constants.ts';
import { createMcpEndpoint, type McpEndpoint } from './mcp-endpoint.ts';
import type { CallTool } from './tool-outcome.ts';

const echo: ToolDefinition = {
  name: 'echo',
  title: 'Echo',
  description: 'Gives the text back.',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string' }, times: { type: 'integer' } },
    required: ['text'],
    additionalProperties: false,
  },
  outputSchema: { type: 'object', properties: { echoed: { type: 'string' } }, required: ['echoed'] },
  annotations: { readOnlyHint: true, openWorldHint: false },
};
const plain = (name: string): ToolDefinition => ({
  name,
  title: name,
  description: 'Takes nothing.',
  inputSchema: { type: 'object', additionalProperties: false },
  annotations: {},
});

const callEcho: CallTool = async (_name, args) => ({ ok: true, value: { echoed: args.text } });

const open = (callTool: CallTool = callEcho, tools = [echo, plain('zeta'), plain('alpha'), plain('constructor')]) =>
  createMcpEndpoint({
    version: { serverName: 'echo-server', title: 'Echo server', versionNumber: 3, description: 'Echoes.', tools },
    callTool,
  });

async function connect(endpoint: McpEndpoint, mode: 'modern' | 'legacy'): Promise<Client> {
  const versionNegotiation = { mode: mode === 'modern' ? { pin: '2026-07-28' } : 'legacy' } as const;
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
  const transport = new StreamableHTTPClientTransport(new URL('http://mcp.test/s/echo/mcp'), {
    fetch: (url, init) => endpoint.handle(new Request(url, init as RequestInit)),
  });
  await client.connect(transport);
  return client;
}

const callOnce = async (callTool: CallTool, tool: ToolDefinition, args: Record<string, unknown> = {}) => {
  const client = await connect(open(callTool, [tool]), 'modern');
  return client.callTool({ name: tool.name, arguments: args });
};
const textOf = (result: Awaited<ReturnType<typeof callOnce>>) => {
  const [first] = result.content;
  return first?.type === 'text' ? first.text : '';
};

describe.each(['modern', 'legacy'] as const)('in the %s revisions', (mode) => {
  it('lists the tools in the order of the spec, also those named like members of every object', async () => {
    const client = await connect(open(), mode);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['echo', 'zeta', 'alpha', 'constructor']);
    expect(tools[0]).toMatchObject({ title: 'Echo', annotations: echo.annotations, outputSchema: echo.outputSchema });
  });

  it('calls a tool and gives its object as structured content and as JSON text', async () => {
    const client = await connect(open(), mode);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.structuredContent).toEqual({ echoed: 'hello' });
    expect(textOf(result)).toBe('{"echoed":"hello"}');
    expect(result.isError).toBeFalsy();
  });

  it('answers arguments that do not fit with a sentence and without running the tool', async () => {
    let calls = 0;
    const client = await connect(
      open(async () => {
        calls += 1;
        return { ok: true, value: null };
      }),
      mode,
    );
    const result = await client.callTool({ name: 'echo', arguments: { times: 'two', extra: 1 } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain('"text" is required');
    expect(textOf(result)).toContain('"extra" is not known');
    expect(textOf(result)).toContain('"times" must be integer');
    expect(calls).toBe(0);
  });

  it('refuses an unknown tool as a protocol error that names the tools', async () => {
    const client = await connect(open(), mode);
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toThrow(/no tool "nope".*echo/);
  });
});

it('names itself in the _meta of a modern result and says how long a list may be kept', async () => {
  const response = await open().handle(modernRequest('tools/list'));
  const body = (await response.json()) as { result: Record<string, unknown> };
  expect(body.result).toMatchObject({
    resultType: 'complete',
    ttlMs: 60_000,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'echo-server', title: 'Echo server', version: '3' } },
  });
});

it('answers 2025-06-18 and 2025-03-26 clients, the latter in batches too', async () => {
  for (const protocolVersion of ['2025-06-18', '2025-03-26']) {
    const response = await open().handle(
      post({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1' } },
      }),
    );
    expect(await response.text()).toContain(`"protocolVersion":"${protocolVersion}"`);
  }
  const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'tools/list' }));
  const text = await (await open().handle(post(batch))).text();
  expect(text.match(/"tools":/g)).toHaveLength(2);
});

describe('a result', () => {
  it('that is a string is text', async () => {
    expect(textOf(await callOnce(async () => ({ ok: true, value: 'plain' }), plain('t')))).toBe('plain');
  });

  it('that is anything else without an output schema is its JSON text', async () => {
    const result = await callOnce(async () => ({ ok: true, value: [1, { a: null }] }), plain('t'));
    expect(textOf(result)).toBe('[1,{"a":null}]');
    expect(result.structuredContent).toBeUndefined();
  });

  it('that breaks the output schema is an error that says how', async () => {
    const result = await callOnce(async () => ({ ok: true, value: { echoed: 1 } }), echo, { text: 'x' });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toBe(
      'The tool "echo" returned a value that breaks its output schema: "echoed" must be string.',
    );
  });

  it('has no control characters, in text, in names and in structured content', async () => {
    const dirty = { echoed: 'a\u001b[31mb\u0000\tc\nd\u009b', 'na\u0007me': 1 };
    const result = await callOnce(async () => ({ ok: true, value: dirty }), echo, { text: 'x' });
    expect(result.structuredContent).toEqual({ echoed: 'a[31mb\tc\nd', name: 1 });
    const text = await callOnce(async () => ({ ok: true, value: 'x\u001b]0;title\u0007\r\ny' }), plain('t'));
    expect(textOf(text)).toBe('x]0;title\ny');
  });

  it('that is too large or nests too deeply is an error', async () => {
    const large = await callOnce(async () => ({ ok: true, value: 'x'.repeat(RESULT_CHARS_MAX + 1) }), plain('t'));
    expect([large.isError, textOf(large)]).toEqual([true, expect.stringContaining('Ask for less')]);
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    const nested = await callOnce(async () => ({ ok: true, value: deep }), plain('t'));
    expect([nested.isError, textOf(nested)]).toEqual([true, expect.stringContaining('nests too deeply')]);
  });

  it('of a failed call is an error with its message', async () => {
    const result = await callOnce(async () => ({ ok: false, message: 'The city \u001bis unknown.' }), plain('t'));
    expect([result.isError, textOf(result)]).toEqual([true, 'The city is unknown.']);
  });

  it('of a call that we could not run tells nothing of the cause', async () => {
    const throwing = (error: Error) => callOnce(() => Promise.reject(error), plain('t'));
    const unknown = await throwing(new Error('connect /run/secret.sock'));
    expect([unknown.isError, textOf(unknown)]).toEqual([true, expect.not.stringContaining('secret')]);
    const known = await throwing(new AppError('unavailable', 'The machine is full.'));
    expect(textOf(known)).toBe('The machine is full.');
  });
});

describe('schemas that take long to compile', () => {
  const costly = (name: string): ToolDefinition => {
    const anyOf = Array.from({ length: 900 }, (_, n) => ({ properties: { [`p${n}`]: { minLength: n } } }));
    return { ...plain(name), inputSchema: { type: 'object', properties: { a: { anyOf } } } };
  };

  it('cost nothing before the tool is called: a list does not compile', async () => {
    const tools = Array.from({ length: 20 }, (_, n) => costly(`t${n}`));
    const startedAt = performance.now();
    const response = await open(callEcho, tools).handle(modernRequest('tools/list'));
    await response.text();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('are given up, the tool says so, and after two attempts nobody pays for them again', async () => {
    const anyOf = Array.from({ length: 4_000 }, (_, n) => ({ properties: { [`p${n}`]: { minLength: n } } }));
    const hopeless = { ...plain('hopeless'), inputSchema: { type: 'object', properties: { a: { anyOf } } } };
    const failures: Error[] = [];
    const endpoint = createMcpEndpoint({
      version: { serverName: 's', versionNumber: 1, description: 'd', tools: [hopeless, plain('other')] },
      callTool: async () => ({ ok: true, value: 'ok' }),
      onError: (error) => failures.push(error),
    });
    const client = await connect(endpoint, 'modern');
    for (let n = 0; n < 4; n += 1) {
      const result = await client.callTool({ name: 'hopeless', arguments: {} });
      expect([result.isError, textOf(result)]).toEqual([true, expect.stringContaining('its schemas are too complex')]);
    }
    expect(failures.map(({ name }) => name)).toEqual(['TimeUpError', 'TimeUpError']);
    expect(textOf(await client.callTool({ name: 'other', arguments: {} }))).toBe('ok');
  });
});

it('aborts the running call when the request is aborted', async () => {
  const abort = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    const endpoint = open((_name, _args, { signal }) => {
      signal.addEventListener('abort', () => resolve());
      abort.abort();
      return new Promise(() => undefined);
    });
    const request = modernRequest('tools/call', { name: 'echo', arguments: { text: 'x' } }, abort.signal);
    void endpoint.handle(request).catch(() => undefined);
  });
  await aborted;
  expect(abort.signal.aborted).toBe(true);
});

it('refuses a header that contradicts the argument it mirrors', async () => {
  const properties = { region: { type: 'string', 'x-mcp-header': 'Region' } };
  const tool = { ...plain('regional'), inputSchema: { type: 'object', properties } };
  const endpoint = open(async () => ({ ok: true, value: 'ok' }), [tool]);
  const request = modernRequest('tools/call', { name: 'regional', arguments: { region: 'eu' } });
  request.headers.set('mcp-param-region', 'us');
  expect((await endpoint.handle(request)).status).toBe(400);
});

function post(body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal): Request {
  return new Request('http://mcp.test/s/echo/mcp', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

function modernRequest(method: string, params: Record<string, unknown> = {}, signal?: AbortSignal): Request {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof params.name === 'string' ? { 'mcp-name': params.name } : {}),
  };
  return post({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }, headers, signal);
}
