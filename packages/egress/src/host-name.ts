import { isIP } from 'node:net';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names that mean this machine or the network around it (RFC 6761, RFC 8375, and what home and office routers use). */
const LOCAL_NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|arpa|onion|invalid)$/;

/** A name of two labels or more in canonical form (lower case, punycode) that a public resolver can answer. */
export function isPublicName(host: string): boolean {
  const labels = host.split('.');
  return (
    host.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    // All-digit last labels are how addresses are spelled; no such top-level domain exists.
    /[a-z]/.test(labels.at(-1) ?? '') &&
    !LOCAL_NAMES.test(host)
  );
}

/** Whether a rule's pattern covers a host: itself, or for `*.example.com` one label in front, never the bare name. */
export function matchesHostPattern(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return host === pattern;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot + 1) === pattern.slice(2);
}

/** Whether a rule would let something through to a reserved host or a host below it. */
export function touchesReservedHost(pattern: string, reservedHosts: readonly string[]): boolean {
  const base = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  return reservedHosts.some(
    (reserved) => base === reserved || base.endsWith(`.${reserved}`) || matchesHostPattern(pattern, reserved),
  );
}

/** The canonical form of a host as the WHATWG URL parser gives it, without the root's dot; undefined when it has none. */
export function canonicalHost(text: string): string | undefined {
  if (!URL.canParse(`https://${text}`)) return undefined;
  return new URL(`https://${text}`).hostname.replace(/\.$/, '');
}

/** Any spelling of an address that URL parsing recognises: dotted, decimal, hexadecimal, octal, IPv6 in brackets. */
export const isAddress = (canonical: string): boolean =>
  isIP(canonical) !== 0 || (canonical.startsWith('[') && canonical.endsWith(']'));
