import type { ExpiringKeys } from '@bmm/queue';
import { AppError } from '@bmm/types';
import { RATE_LIMITS, type RateLimitName } from '../constants.ts';

/** Counts one use. @throws AppError `rate_limited` with the seconds to wait */
export async function countUse(keys: ExpiringKeys, limit: RateLimitName, subject: string): Promise<void> {
  const { max, windowMs } = RATE_LIMITS[limit];
  const { count, resetsInMs } = await keys.increment(`rate:${limit}:${subject}`, windowMs);
  if (count <= max) return;
  const seconds = Math.max(1, Math.ceil(resetsInMs / 1000));
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
