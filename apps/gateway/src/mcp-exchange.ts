import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, type PublicUrls } from '@bmm/types';
import { MCP_BODY_BYTES_MAX } from './constants.ts';
import type { PublicEdge } from './public-edge.ts';
import type { RateLimit } from './rate-limit.ts';
import { parseJsonBody, readBody } from './read-body.ts';
import type { RouteCache } from './route-cache.ts';
import type { ServerEndpoints } from './server-endpoints.ts';
import type { TokenGate } from './token-gate.ts';
import { sendWebResponse, toWebRequest } from './web-exchange.ts';

export interface McpExchangeDeps {
  readonly urls: PublicUrls;
  readonly edge: PublicEdge;
  readonly routes: RouteCache;
  readonly tokens: TokenGate;
  readonly endpoints: ServerEndpoints;
  readonly limits: { readonly perToken: RateLimit; readonly perServer: RateLimit };
}

/** What the log may say of an exchange, filled in as it becomes known. */
export interface ExchangeFacts {
  rpcMethod?: string;
  protocolVersion?: string;
  isAuthenticated?: boolean;
}

/**
 * One request to a server's MCP URL. The order is the contract: authentication comes before the method, because clients
 * probe with GET and wait for its 401; nothing is parsed for strangers.
 * @throws AppError
 */
export async function serveMcpExchange(
  deps: McpExchangeDeps,
  slug: string,
  request: IncomingMessage,
  response: ServerResponse,
  facts: ExchangeFacts,
): Promise<void> {
  const route = await deps.routes.find(slug);
  if (route === undefined) throw new AppError('not_found', 'There is nothing here.');
  deps.edge.assertOrigin(request);
  deps.edge.assertHost(request);
  const claims = await deps.tokens.authenticate(request, slug);
  facts.isAuthenticated = true;
  assertMethod(request, response);
  assertContentType(request);
  const body = parseJsonBody(await readBody(request, MCP_BODY_BYTES_MAX));
  noteFacts(facts, request, body);
  const cost = Array.isArray(body) ? Math.max(1, body.length) : 1;
  deps.limits.perToken.take(claims.grantId, cost);
  deps.limits.perServer.take(route.serverId, cost);
  const endpoint = await deps.endpoints.get(route);
  const answer = await endpoint.handle(toWebRequest(request, response, deps.urls.mcpUrl(slug)), { parsedBody: body });
  await sendWebResponse(answer, response);
}

function assertMethod({ method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST') return;
  response.setHeader('Allow', 'POST');
  throw new AppError(
    'method_not_allowed',
    'This URL takes POST only; it keeps no sessions and offers no stream by GET.',
  );
}

function assertContentType({ headers }: IncomingMessage): void {
  const [essence = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  if (essence.trim() === 'application/json' && isUtf8 && isPlain) return;
  throw new AppError('unsupported_media_type', 'The body must be application/json in UTF-8, not compressed.');
}

/** Only names of the protocol: anything else is a stranger's text, and stays out of the log. */
function noteFacts(facts: ExchangeFacts, { headers }: IncomingMessage, body: unknown): void {
  const version = headers['mcp-protocol-version'];
  if (typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(version)) facts.protocolVersion = version;
  if (typeof body !== 'object' || body === null || !('method' in body) || typeof body.method !== 'string') return;
  if (/^[a-z]{1,20}(\/[a-z_]{1,30}){0,3}$/.test(body.method)) facts.rpcMethod = body.method;
}
