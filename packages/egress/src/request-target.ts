/**
 * Reads where a request wants to go. Threat: two readers that understand one URL differently (`good@evil`, `0x7f.1`,
 * `%2e`, tabs, full-width letters), so that one host is checked and another one reached. There is only one reader: what
 * passes a strict pattern goes through the WHATWG parser, must come out as it went in, and only that result is used after.
 */
import { EgressRefusal } from './egress-refusal.ts';
import { isAddress, isPublicName } from './host-name.ts';
import { printableHost } from './printable-host.ts';

export interface RequestTarget {
  /** Lower case, punycode, without the root's dot. */
  readonly host: string;
  readonly isHttp: boolean;
  readonly port: 80 | 443;
  readonly pathname: string;
  /** With its question mark, or empty. */
  readonly search: string;
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i;
const AUTHORITY = /^([a-z0-9.-]+)(?::(\d{1,5}))?$/i;

/** The host as the guest wrote it, for a row about a request whose target is refused; never more than the host. */
export function writtenHost(requestTarget: string): string {
  const authority = ABSOLUTE.exec(requestTarget)?.[2] ?? '';
  return printableHost(authority.slice(authority.lastIndexOf('@') + 1));
}

/** @throws EgressRefusal */
export function parseRequestTarget(requestTarget: string): RequestTarget {
  const [, scheme = '', authority = ''] = ABSOLUTE.exec(requestTarget) ?? [];
  const shown = writtenHost(requestTarget);
  if (scheme === '') throw refuse('not_absolute_form', 'The request has no absolute URL; use fetch with a full URL.');
  const protocol = scheme.toLowerCase();
  if (protocol !== 'https' && protocol !== 'http')
    throw refuse('scheme_not_allowed', 'Only https:// (and http:// where the list allows it) can be reached.');
  if (authority.includes('@'))
    throw refuse('userinfo_not_allowed', `The URL for ${shown} has a user name in it; send it in a header instead.`);
  const isHttp = protocol === 'http';
  const { host, port } = parseAuthority(authority, isHttp, shown);
  const url = new URL(requestTarget);
  if (url.hostname.replace(/\.$/, '') !== host)
    throw refuse('host_not_valid', `${shown} is not a host name on the public internet.`);
  return { host, isHttp, port, pathname: url.pathname, search: url.search };
}

function parseAuthority(authority: string, isHttp: boolean, shown: string): { host: string; port: 80 | 443 } {
  const invalid = () =>
    refuse('host_not_valid', `${shown === '' ? 'An empty name' : shown} is not a host name on the public internet.`);
  if (authority.startsWith('[')) throw addressRefusal(shown);
  const [, name, portText] = AUTHORITY.exec(authority) ?? [];
  if (name === undefined || !URL.canParse(`https://${name}`)) throw invalid();
  const canonical = new URL(`https://${name}`).hostname;
  if (isAddress(canonical)) throw addressRefusal(shown);
  const host = name.toLowerCase().replace(/\.$/, '');
  if (canonical.replace(/\.$/, '') !== host || !isPublicName(host)) throw invalid();
  const port = isHttp ? 80 : 443;
  if (portText !== undefined && portText !== String(port))
    throw refuse('port_not_allowed', `${host} can be reached on the standard port only, not on ${portText}.`);
  return { host, port };
}

const addressRefusal = (shown: string) =>
  refuse('ip_literal', `${shown} is an IP address; only host names on this server's list can be reached.`);

/** The guest may leave the Host header out; where it stands, it must name the URL's host (and its port, or none). */
export function assertHostHeader(target: RequestTarget, hostHeaders: readonly string[]): void {
  const [header, ...more] = hostHeaders;
  if (more.length > 0) throw refuse('malformed_request', 'The request has more than one Host header.');
  if (header === undefined) return;
  const [, name = '', port] = AUTHORITY.exec(header) ?? [];
  const isSame = name.toLowerCase().replace(/\.$/, '') === target.host;
  if (!isSame || (port !== undefined && port !== String(target.port)))
    throw refuse('host_header_mismatch', `The Host header of a request to ${target.host} names another host.`);
}

const refuse = (...args: ConstructorParameters<typeof EgressRefusal>) => new EgressRefusal(...args);
