/**
 * Which of a guest's headers go on. Threats: request smuggling (two readers that see different ends of a message), headers
 * that speak for the proxy's own network (Forwarded, X-Real-IP), and cookies of this platform. llhttp in strict mode
 * refuses folded lines, bare line feeds, both lengths at once and odd lengths before we see the message; the rest is here.
 * Message framing is never passed on: the length is counted from the body that we hold.
 */
import { EgressRefusal } from './egress-refusal.ts';

export type HeaderPair = readonly [name: string, value: string];

/** For one connection only (RFC 9110 §7.6.1), about the path that a message took, or set anew by us. */
const DROPPED = new Set(
  `accept-encoding cdn-loop cf-connecting-ip cf-ray cf-visitor cf-worker connection content-length expect forwarded host http2-settings keep-alive max-forwards te trailer
  transfer-encoding true-client-ip upgrade via x-client-ip x-cluster-client-ip x-real-ip`.split(/\s+/),
);
const DROPPED_PREFIXES = ['proxy-', 'x-forwarded-'];
const OWN_COOKIE = /^\s*(?:__Host-|__Secure-)?bmm[._-]/i;

export function toPairs(rawHeaders: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

export function valuesOf(headers: readonly HeaderPair[], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** @throws EgressRefusal */
export function assertStrictHead(httpVersion: string, headers: readonly HeaderPair[], countMax: number): void {
  if (httpVersion !== '1.1') throw new EgressRefusal('malformed_request', 'Only HTTP/1.1 is spoken here.');
  if (headers.length > countMax)
    throw new EgressRefusal('headers_too_large', `A request can have ${countMax} headers at most.`);
  if (valuesOf(headers, 'transfer-encoding').some((value) => value.toLowerCase() !== 'chunked'))
    throw new EgressRefusal('malformed_request', 'The request has a transfer encoding other than "chunked".');
  if (valuesOf(headers, 'upgrade').length > 0)
    throw new EgressRefusal(
      'upgrade_not_allowed',
      'WebSockets and other upgrades are not allowed; use plain requests.',
    );
}

/** The headers of the guest's that a service gets. */
export function toForwardedHeaders(headers: readonly HeaderPair[]): HeaderPair[] {
  const perConnection = namedByConnection(headers);
  return headers.flatMap(([name, value]): HeaderPair[] => {
    const key = name.toLowerCase();
    if (DROPPED.has(key) || perConnection.has(key)) return [];
    if (DROPPED_PREFIXES.some((prefix) => key.startsWith(prefix))) return [];
    if (key !== 'cookie') return [[name, value]];
    const foreign = value.split(';').filter((cookie) => !OWN_COOKIE.test(cookie));
    return foreign.length === 0 ? [] : [[name, foreign.join(';').trim()]];
  });
}

/** Header names that a message declares to be for one connection only. */
export function namedByConnection(headers: readonly HeaderPair[]): ReadonlySet<string> {
  return new Set(
    valuesOf(headers, 'connection').flatMap((value) => value.split(',').map((token) => token.trim().toLowerCase())),
  );
}
