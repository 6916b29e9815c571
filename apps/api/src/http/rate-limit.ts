import type { ExpiringKeys } from '@bmm/queue';
import { AppError } from '@bmm/types';
import { RATE_LIMITS, type RateLimitName } from '../constants.ts';

/** Counts one use in a fixed window. @returns the seconds to wait when it was one too many */
export async function countInWindow(
  keys: Pick<ExpiringKeys, 'increment'>,
  key: string,
  { max, windowMs }: { readonly max: number; readonly windowMs: number },
): Promise<number | undefined> {
  const { count, resetsInMs } = await keys.increment(key, windowMs);
  return count <= max ? undefined : Math.max(1, Math.ceil(resetsInMs / 1000));
}

/** Counts one use. @throws AppError `rate_limited` with the seconds to wait */
export async function countUse(keys: ExpiringKeys, limit: RateLimitName, subject: string): Promise<void> {
  const seconds = await countInWindow(keys, `rate:${limit}:${subject}`, RATE_LIMITS[limit]);
  if (seconds === undefined) return;
  throw new AppError('rate_limited', `Too many requests. Try again in ${seconds} s.`, { retryAfterSeconds: seconds });
}

/** What an address counts as: an IPv6 network of 64 bits is one subscriber. */
export function addressKey(ip: string): string {
  if (!ip.includes(':')) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail = ''] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = ip.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}
