// The authorization server lives in the api and is published under the gateway's origin, where clients look for it.
// Threat: a client that says in a header from where or through what it came; only what we set ourselves gets through.
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import { request as openTlsRequest } from 'node:https';
import { type AddressList, clientAddressOf } from '@bmm/process';
import { AppError } from '@bmm/types';
import { AS_BODY_BYTES_MAX, AS_TIMEOUT_MS, BODY_TIMEOUT_MS } from './constants.ts';
import { assertDeclaredLength } from './read-body.ts';

const PATHS =
  /^\/(oauth\/.*|authorize|token|register|\.well-known\/(oauth-authorization-server|openid-configuration)([/-].*)?|\.well-known\/oauth-protected-resource(\/.*)?)$/;

export const isAuthorizationServerPath = (path: string): boolean => PATHS.test(path);

/** RFC 9110 §7.6.1, and what has a meaning for one connection only. */
const HOP_BY_HOP = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
);
const FORGEABLE = /^(x-forwarded-.*|x-real-ip|forwarded|x-client-ip|cf-connecting-ip|true-client-ip)$/;

export interface AuthorizationServerProxy {
  /** Streams one exchange; @throws AppError `payload_too_large`, or `unavailable` when the api does not answer */
  forward(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

export interface AuthorizationServerProxyOptions {
  readonly apiUrl: URL;
  /** How clients reach us, which a proxy in front that ends TLS would hide. */
  readonly publicScheme: 'http' | 'https';
  /** The api counts by the address of the client, which only these proxies in front may tell us. */
  readonly trustedProxies: AddressList;
}

export function createAuthorizationServerProxy(options: AuthorizationServerProxyOptions): AuthorizationServerProxy {
  const { apiUrl } = options;
  const isTls = apiUrl.protocol === 'https:';
  const agent = isTls ? undefined : new Agent({ keepAlive: true });
  const open = (request: IncomingMessage): ClientRequest =>
    (isTls ? openTlsRequest : openRequest)({
      ...(agent ? { agent } : {}),
      protocol: apiUrl.protocol,
      hostname: apiUrl.hostname.replace(/^\[|\]$/g, ''),
      port: apiUrl.port,
      method: request.method,
      path: request.url,
      headers: toUpstreamHeaders(request, options),
      timeout: AS_TIMEOUT_MS,
    });
  return {
    forward: (request, response) => forward(request, response, open),
    close: () => agent?.destroy(),
  };
}

function toUpstreamHeaders(
  request: IncomingMessage,
  { apiUrl, publicScheme, trustedProxies }: AuthorizationServerProxyOptions,
): IncomingHttpHeaders {
  return {
    ...withoutHopByHop(request.headers, (name) => FORGEABLE.test(name)),
    host: apiUrl.host,
    'x-forwarded-for': clientAddressOf(request, trustedProxies),
    'x-forwarded-proto': publicScheme,
    'x-forwarded-host': request.headers.host ?? '',
  };
}

function withoutHopByHop(headers: IncomingHttpHeaders, isExtra: (name: string) => boolean): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const isDropped = (name: string) => HOP_BY_HOP.has(name) || named.has(name) || isExtra(name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isDropped(name)));
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  open: (request: IncomingMessage) => ClientRequest,
): Promise<void> {
  assertDeclaredLength(request, AS_BODY_BYTES_MAX);
  const upstream = open(request);
  const bodyTimer = setTimeout(() => upstream.destroy(new Error('The body took too long.')), BODY_TIMEOUT_MS);
  upstream.once('timeout', () => upstream.destroy(new Error('The api did not answer in time.')));
  response.once('close', () => upstream.destroy());
  try {
    const answer = await exchange(request, upstream);
    response.writeHead(
      answer.statusCode ?? 502,
      withoutHopByHop(answer.headers, () => false),
    );
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  } catch (error) {
    upstream.destroy();
    if (error instanceof AppError || response.destroyed) throw error;
    throw new AppError('unavailable', 'The authorization server does not answer at the moment. Try again.', {
      cause: error,
      retryAfterSeconds: 2,
    });
  } finally {
    clearTimeout(bodyTimer);
  }
}

/** Sends the body while it is within bounds, and resolves to the answer's head. */
function exchange(request: IncomingMessage, upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    upstream.once('response', resolve).once('error', reject);
    request.once('error', reject);
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > AS_BODY_BYTES_MAX) {
        reject(new AppError('payload_too_large', `The body may have at most ${AS_BODY_BYTES_MAX} bytes.`));
        // The rest is for whoever answers: it is read away there, so that the client gets to see its answer.
        request.off('data', onData).pause();
      } else if (!upstream.write(chunk)) {
        request.pause();
        upstream.once('drain', () => request.resume());
      }
    };
    request.on('data', onData);
    request.once('end', () => upstream.end());
  });
}
