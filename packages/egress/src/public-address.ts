/**
 * Which addresses are on the public internet. Threat: a listed name that points at this machine, the network behind it or
 * a cloud's metadata service. It cannot be got round by spelling, because only addresses in canonical text come here: URLs
 * never carry one, and a resolver's answer goes through `net.isIP` and is what the dialler gets.
 */
import { BlockList, isIP } from 'node:net';

/** IANA special-purpose registry (RFC 6890 and later), with multicast and the reserved class E. */
const SPECIAL_IPV4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
  192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`;
/** Global unicast; all else in IPv6 is local, multicast, mapped IPv4, NAT64 or unassigned. */
const GLOBAL_IPV6 = '2000::/3';
/** Inside of that: Teredo and other protocol assignments, documentation, 6to4 (which carries any IPv4 address). */
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 3fff::/20';

const specialIpv4 = toBlockList(SPECIAL_IPV4, 'ipv4');
const globalIpv6 = toBlockList(GLOBAL_IPV6, 'ipv6');
const specialIpv6 = toBlockList(SPECIAL_IPV6, 'ipv6');

/** False for every address that is not plainly public, and for text that is no address or has a zone. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4');
    case 6:
      return !address.includes('%') && globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}

function toBlockList(ranges: string, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges.split(/\s+/)) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}
