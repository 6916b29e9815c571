import { randomUUID } from 'node:crypto';
import { AppError, type JsonObject, type ToolDefinition } from '@bmm/types';
import {
  type AuthInfo,
  type CallToolResult,
  createMcpHandler,
  type Implementation,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type Tool,
} from '@modelcontextprotocol/server';
import { toCallToolResult, toFailure } from './call-tool-result.ts';
import {
  COMPILE_ATTEMPTS_MAX,
  DISCOVER_TTL_MS,
  KEEP_ALIVE_MS,
  LISTEN_STREAMS_MAX,
  TOOLS_LIST_TTL_MS,
} from './constants.ts';
import { compileJsonSchema, type JsonSchemaCheck } from './json-schema-check.ts';
import { createOutputChecker, type OutputChecker } from './output-checker.ts';
import type { CallTool } from './tool-outcome.ts';

/** What clients see of one version of a server. */
export interface McpServerVersion {
  readonly serverName: string;
  readonly title?: string | undefined;
  readonly versionNumber: number;
  readonly description: string;
  /** Listed in this order. */
  readonly tools: readonly ToolDefinition[];
}

export interface McpEndpointOptions {
  readonly version: McpServerVersion;
  readonly callTool: CallTool;
  /** Told of failures that the client only sees as a general sentence or a protocol error. */
  readonly onError?: ((error: Error) => void) | undefined;
  /** Gets what the protocol refused: the client's fault, and already answered. */
  readonly onRefusal?: ((error: Error) => void) | undefined;
}

export interface McpRequestOptions {
  readonly parsedBody?: unknown;
  readonly authInfo?: AuthInfo | undefined;
}

export interface McpEndpoint {
  /**
   * Answers one HTTP request of any protocol revision. The caller has checked Host, Origin, token and size before; an
   * abort of the request's signal cancels its calls.
   */
  handle(request: Request, options?: McpRequestOptions): Promise<Response>;
  /** Ends open streams and cancels calls in flight. */
  close(): Promise<void>;
}

interface ToolChecks {
  readonly checkArguments: JsonSchemaCheck;
  readonly checkOutput: OutputChecker;
}

interface LazyTool {
  readonly definition: ToolDefinition;
  /** Compiled when the tool is first called. @throws AppError when its schemas cannot be compiled in time, or at all */
  readonly checks: () => ToolChecks;
}

/**
 * One MCP endpoint for 2026-07-28, 2025-11-25, 2025-06-18 and 2025-03-26, without sessions. The schemas of a tool are
 * compiled when it is first called; a tool whose schemas cannot be compiled answers with a sentence.
 */
export function createMcpEndpoint({ version, callTool, onError, onRefusal }: McpEndpointOptions): McpEndpoint {
  const report = (error: unknown) => onError?.(error instanceof Error ? error : new Error(String(error)));
  const tools = new Map(version.tools.map((definition) => [definition.name, toLazyTool(definition, report)]));
  const listed = version.tools.map(toListedTool);
  const identity: Implementation = {
    name: version.serverName,
    version: String(version.versionNumber),
    ...(version.title === undefined ? {} : { title: version.title }),
  };
  const run = (tool: LazyTool, args: JsonObject, signal: AbortSignal) => runTool(tool, args, signal, callTool, report);
  const handler = createMcpHandler(() => createServerForRequest(version, identity, tools, listed, run), {
    legacy: 'stateless',
    responseMode: 'auto',
    maxSubscriptions: LISTEN_STREAMS_MAX,
    keepAliveMs: KEEP_ALIVE_MS,
    ...(onRefusal === undefined ? {} : { onerror: onRefusal }),
  });
  return {
    handle: (request, { parsedBody, authInfo } = {}) =>
      handler.fetch(request, {
        ...(parsedBody === undefined ? {} : { parsedBody }),
        ...(authInfo === undefined ? {} : { authInfo }),
      }),
    close: () => handler.close(),
  };
}

function toLazyTool(definition: ToolDefinition, report: (error: unknown) => void): LazyTool {
  let compiled: ToolChecks | undefined;
  let failures = 0;
  const checks = (): ToolChecks => {
    if (compiled !== undefined) return compiled;
    if (failures >= COMPILE_ATTEMPTS_MAX) throw uncallable(definition);
    try {
      compiled = {
        checkArguments: compileJsonSchema(definition.inputSchema),
        checkOutput: createOutputChecker(definition),
      };
      return compiled;
    } catch (error) {
      failures += 1;
      report(error);
      throw uncallable(definition);
    }
  };
  return { definition, checks };
}

const uncallable = ({ name }: ToolDefinition): AppError =>
  new AppError(
    'unavailable',
    `The tool "${name}" cannot be called: its schemas are too complex. Tell the server's owner.`,
  );

function toListedTool({ name, title, description, inputSchema, outputSchema, annotations }: ToolDefinition): Tool {
  const tool = { name, title, description, inputSchema, ...(outputSchema ? { outputSchema } : {}), annotations };
  return tool as Tool;
}

/**
 * The SDK keeps registered tools in a plain object, where a tool called `constructor` breaks the server; so the tools
 * stay in our Map, and this is the one look-up of its HTTP entry (`Mcp-Param-*` headers) that we answer ourselves.
 */
class VersionServer extends McpServer {
  readonly #tools: ReadonlyMap<string, LazyTool>;

  constructor(identity: Implementation, instructions: string, tools: ReadonlyMap<string, LazyTool>) {
    super(identity, {
      instructions,
      cacheHints: {
        'tools/list': { ttlMs: TOOLS_LIST_TTL_MS, cacheScope: 'private' },
        'server/discover': { ttlMs: DISCOVER_TTL_MS, cacheScope: 'private' },
      },
    });
    this.#tools = tools;
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#tools.get(name)?.definition.inputSchema;
  }
}

function createServerForRequest(
  version: McpServerVersion,
  identity: Implementation,
  tools: ReadonlyMap<string, LazyTool>,
  listed: Tool[],
  run: (tool: LazyTool, args: JsonObject, signal: AbortSignal) => Promise<CallToolResult>,
): McpServer {
  const mcpServer = new VersionServer(identity, version.description, tools);
  const { server } = mcpServer;
  server.registerCapabilities({ tools: {} });
  server.setRequestHandler('tools/list', () => ({ tools: listed }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const tool = tools.get(params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(params.name, tools));
    const result = await run(tool, (params.arguments ?? {}) as JsonObject, mcpReq.signal);
    return server.projectCallToolResult(result, tool.definition.outputSchema);
  });
  return mcpServer;
}

function unknownTool(name: string, tools: ReadonlyMap<string, LazyTool>): string {
  const known = [...tools.keys()].slice(0, 10).join(', ');
  return `There is no tool "${name.slice(0, 64)}" here. The tools are: ${known}${tools.size > 10 ? ', …' : ''}.`;
}

/** Input problems are results and not protocol errors, so that the model sees them and can correct itself (SEP-1303). */
async function runTool(
  tool: LazyTool,
  args: JsonObject,
  signal: AbortSignal,
  callTool: CallTool,
  report: (error: unknown) => void,
): Promise<CallToolResult> {
  const { name } = tool.definition;
  try {
    const { checkArguments, checkOutput } = tool.checks();
    const problem = checkArguments(args);
    if (problem !== undefined)
      return toFailure(`The arguments do not fit the tool "${name}": ${problem}. Correct them and call it again.`);
    const outcome = await callTool(name, args, { signal, callId: randomUUID() });
    return toCallToolResult(tool.definition, checkOutput, outcome);
  } catch (error) {
    if (error instanceof AppError) return toFailure(error.detail);
    report(error);
    return toFailure(`The tool "${name}" could not be run. Something went wrong on our side; try again in a moment.`);
  }
}
