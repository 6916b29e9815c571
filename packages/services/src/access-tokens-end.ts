import { ACCESS_TOKEN_TTL_SECONDS, CLOCK_SKEW_SECONDS } from '@bmm/auth';

/** When the last access token that was issued until `now` has expired for every verifier. */
export const accessTokensEndAt = (now: Date): Date =>
  new Date(now.getTime() + (ACCESS_TOKEN_TTL_SECONDS + CLOCK_SKEW_SECONDS) * 1000);
