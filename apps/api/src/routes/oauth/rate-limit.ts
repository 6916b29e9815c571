import { addressKey } from '../../http/rate-limit.ts';
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
  const { max, windowMs } = OAUTH_RATE_LIMITS[limit];
  const { count, resetsInMs } = await keys.increment(`rate:oauth:${limit}:${addressKey(ip)}`, windowMs);
  if (count > max) throw new RateLimited(Math.max(1, Math.ceil(resetsInMs / 1000)));
}
