import { z } from 'zod';

const MODERN = '2026-07-28';
const Answer = z.object({ result: z.looseObject({ isError: z.boolean().optional() }) });

/** One `tools/call` as a modern client sends it. @throws Error unless the tool ran and did not fail */
export async function callTool(mcpUrl: string, token: string, name: string, args: object): Promise<void> {
  const response = await fetch(mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify(toToolCall(name, args)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${mcpUrl} answered ${response.status}: ${text}`);
  const { result } = Answer.parse(JSON.parse(text));
  if (result.isError) throw new Error(`The tool failed: ${text}`);
}

export function toToolCall(name: string, args: object): object {
  return {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name,
      arguments: args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': MODERN,
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
}
