import { type Agent, type ClientRequestArgs, request as httpRequest, type IncomingMessage } from 'node:http';
import type { EgressLimits } from './egress-limits.ts';
import { EgressRefusal } from './egress-refusal.ts';
import type { HeaderPair } from './request-headers.ts';
import type { RequestTarget } from './request-target.ts';
import type { PinnedRequest } from './upstream-connections.ts';

export interface UpstreamRequest {
  readonly method: string;
  readonly target: RequestTarget;
  readonly search: string;
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer;
  readonly addresses: readonly string[];
  readonly agent: Agent;
  readonly limits: EgressLimits;
  readonly signal: AbortSignal;
}

const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** Sends one request to one of the checked addresses; resolves with the response's head. @throws EgressRefusal */
export async function sendUpstream(request: UpstreamRequest): Promise<IncomingMessage> {
  const first = await attempt(request);
  if (!first.wasStale) return first.take();
  // A kept connection that the service had closed meanwhile; what may be repeated is, once, on a new one (RFC 9110 §9.2.2).
  for (const sockets of Object.values(request.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  return (await attempt(request)).take();
}

interface Attempt {
  readonly wasStale: boolean;
  /** The response, or throws what happened. */
  take(): IncomingMessage;
}

function attempt(request: UpstreamRequest): Promise<Attempt> {
  const { target, limits, signal, method, body } = request;
  return new Promise((resolve) => {
    const outgoing = httpRequest(toOptions(request));
    const timer = setTimeout(() => {
      const sentence = `${target.host} did not answer within ${limits.responseHeaderMs} ms.`;
      outgoing.destroy(new EgressRefusal('response_timeout', sentence));
    }, limits.responseHeaderMs);
    const settle = (result: Attempt) => {
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (error: unknown) =>
      settle({
        wasStale: outgoing.reusedSocket && REPEATABLE.has(method) && isClosedError(error) && !signal.aborted,
        take: () => {
          throw toRefusal(error, request);
        },
      });
    outgoing.on('error', fail);
    outgoing.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new Error('The service switched protocols without being asked.'));
    });
    outgoing.on('response', (response) => settle({ wasStale: false, take: () => response }));
    outgoing.end(body);
  });
}

function toOptions(request: UpstreamRequest): ClientRequestArgs & PinnedRequest {
  const { target, addresses, limits, signal, agent, method, body } = request;
  const { host, port, isHttp, pathname } = target;
  const headers: HeaderPair[] = [['host', host], ...request.headers, ['accept-encoding', 'identity']];
  if (body.length > 0 || !BODILESS.has(method)) headers.push(['content-length', String(body.length)]);
  return {
    agent,
    host,
    port,
    method,
    path: pathname + request.search,
    headers: headers.flat(),
    setHost: false,
    insecureHTTPParser: false,
    maxHeaderSize: limits.headerBytes,
    signal,
    pinned: { host, port, isHttp, addresses, signal },
  };
}

const isClosedError = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));

function toRefusal(error: unknown, { target, signal }: UpstreamRequest): EgressRefusal {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof EgressRefusal) return reason;
  return new EgressRefusal(
    'upstream_failed',
    `${target.host} broke the connection or gave an answer that is no HTTP.`,
    error,
  );
}
