const minute = 60_000;

/**
 * Fixed windows per address. Hosted clients reach us from a few shared addresses, so the limits leave room for many
 * people behind one; a flood is still cut off within a second.
 */
export const OAUTH_RATE_LIMITS = {
  register: { max: 60, windowMs: minute },
  authorize: { max: 240, windowMs: minute },
  token: { max: 600, windowMs: minute },
} as const;
export type OAuthRateLimitName = keyof typeof OAUTH_RATE_LIMITS;

/** Twenty redirect URIs of the longest allowed kind, and some. */
export const OAUTH_BODY_BYTES_MAX = 64 * 1024;
/** Below the time for which a new signing key is published before it signs. */
export const METADATA_CACHE_SECONDS = 300;
