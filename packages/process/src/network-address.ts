// Threat: X-Forwarded-For is text that anybody can send; only what a trusted proxy has appended to it counts.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Names of ranges, as Fastify's `trustProxy` knows them. */
const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

export interface AddressList {
  has(address: string): boolean;
}

/**
 * Reads a list of addresses, CIDR ranges and the names `loopback`, `linklocal` and `uniquelocal`.
 * @throws TypeError for an entry that is none of them
 */
export function parseAddressList(entries: readonly string[]): AddressList {
  const list = new BlockList();
  for (const entry of entries.flatMap((entry) => NAMED_RANGES[entry] ?? [entry])) {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bitsMax = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || rest.length > 0 || (bits !== undefined && !isWholeNumber(bits, bitsMax)))
      throw new TypeError(`"${entry}" is neither an address nor a range such as 10.0.0.0/8.`);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return {
    has: (address) => {
      const plain = toPlainAddress(address);
      const version = isIP(plain);
      return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

const isWholeNumber = (text: string, max: number): boolean => /^\d{1,3}$/.test(text) && Number(text) <= max;

/** An IPv4 address that a socket shows as IPv6 is the IPv4 address. */
const toPlainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * Who sent a request: its peer, or behind trusted proxies the right-most entry of X-Forwarded-For that is none of them.
 * What stands left of that entry was sent by the client itself, and is not believed.
 */
export function clientAddressOf(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: AddressList,
): string {
  let address = toPlainAddress(socket.remoteAddress ?? 'unknown');
  for (const entry of [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').toReversed()) {
    const next = toPlainAddress(entry.trim());
    if (!trusted.has(address) || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

const inside = parseAddressList(['loopback', 'uniquelocal']);

/** Whether a request comes from this machine or its private network, and not through a proxy, which would say so. */
export function isFromInside({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  return !('x-forwarded-for' in headers) && !('forwarded' in headers) && inside.has(socket.remoteAddress ?? '');
}
