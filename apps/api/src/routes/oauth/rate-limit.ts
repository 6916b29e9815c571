import { addressKey, countInWindow } from '../../http/rate-limit.ts';
import { OAUTH_RATE_LIMITS, type OAuthRateLimitName } from './constants.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';

export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super(`Too many requests. Try again in ${retryAfterSeconds} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Counts one use by an address. @throws RateLimited */
export async function countOAuthUse(
  keys: OAuthRoutesOptions['keys'],
  limit: OAuthRateLimitName,
  ip: string,
): Promise<void> {
  const seconds = await countInWindow(keys, `rate:oauth:${limit}:${addressKey(ip)}`, OAUTH_RATE_LIMITS[limit]);
  if (seconds !== undefined) throw new RateLimited(seconds);
}
