import { Resolver } from 'node:dns/promises';
import { RESOLVER_CACHE_ENTRIES_MAX, RESOLVER_CACHE_MS_MAX } from './constants.ts';
import type { ResolveHost } from './resolve-public-addresses.ts';

interface RecordWithTtl {
  readonly address: string;
  readonly ttl: number;
}

/** The two questions, as Node's `dns.promises.Resolver` answers them. */
export interface DnsQueries {
  resolve4(name: string, options: { ttl: true }): Promise<readonly RecordWithTtl[]>;
  resolve6(name: string, options: { ttl: true }): Promise<readonly RecordWithTtl[]>;
}

interface CacheEntry {
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

/**
 * Asks DNS servers, never the hosts file; IPv4 first. The name gets the root's dot, so that no search domain is appended
 * (X77). Answers are kept for their TTL, 10 s at most; failures are not kept.
 */
export function createDnsResolver(
  queries: DnsQueries = new Resolver({ timeout: 2_000, tries: 2 }),
  now: () => number = Date.now,
): ResolveHost {
  const cache = new Map<string, CacheEntry>();
  return async (host) => {
    const cached = cache.get(host);
    if (cached !== undefined && cached.untilMs > now()) return cached.addresses;
    const records = await query(queries, `${host}.`);
    const ttlMs = Math.min(RESOLVER_CACHE_MS_MAX, ...records.map(({ ttl }) => ttl * 1000));
    const addresses = records.map(({ address }) => address);
    if (cache.size >= RESOLVER_CACHE_ENTRIES_MAX) cache.clear();
    cache.set(host, { addresses, untilMs: now() + ttlMs });
    return addresses;
  };
}

/** A host may have one family only; both missing is a failure. */
async function query(queries: DnsQueries, name: string): Promise<readonly RecordWithTtl[]> {
  const answers = await Promise.allSettled([
    queries.resolve4(name, { ttl: true }),
    queries.resolve6(name, { ttl: true }),
  ]);
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [failure] = answers.filter((answer) => answer.status === 'rejected');
  if (records.length === 0 && failure !== undefined) throw failure.reason;
  return records;
}
