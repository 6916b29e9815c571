/**
 * Finds where a listed host is. Threat: DNS rebinding, names that point inside (10.0.0.1.nip.io, a CNAME to an internal
 * name). Every request resolves anew, one address that is not public refuses all of them, and the addresses that were
 * checked are the ones that get dialled: no second look-up happens in between.
 */
import { RESOLVED_ADDRESSES_MAX } from './constants.ts';
import { EgressRefusal } from './egress-refusal.ts';
import { isPublicAddress } from './public-address.ts';

/** Asks DNS for all addresses of a name, IPv4 and IPv6; must not append search domains. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

interface ResolveOptions {
  readonly resolve: ResolveHost;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @throws EgressRefusal */
export async function resolvePublicAddresses(host: string, options: ResolveOptions): Promise<readonly string[]> {
  const addresses = await resolveInTime(host, options);
  if (addresses.length === 0 || addresses.length > RESOLVED_ADDRESSES_MAX) throw notFound(host);
  if (!addresses.every(isPublicAddress))
    throw new EgressRefusal('private_address', `${host} has an address that is not on the public internet.`);
  return addresses;
}

async function resolveInTime(host: string, { resolve, timeoutMs, signal }: ResolveOptions): Promise<readonly string[]> {
  signal.throwIfAborted();
  const ended = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let onEnd = () => {};
  const end = new Promise<never>((_, reject) => {
    onEnd = () => reject(ended.reason);
    ended.addEventListener('abort', onEnd, { once: true });
  });
  try {
    return await Promise.race([resolve(host, ended), end]);
  } catch (error) {
    signal.throwIfAborted();
    throw notFound(host, error);
  } finally {
    ended.removeEventListener('abort', onEnd);
  }
}

const notFound = (host: string, cause?: unknown) =>
  new EgressRefusal('dns_failed', `The name ${host} could not be resolved; check its spelling.`, cause);
