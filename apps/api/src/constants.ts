/** A spec edit repeats the spec at most; everything else is far smaller. */
export const BODY_BYTES_MAX = 2 * 1024 * 1024;
/** Proxies on the way cut idle streams after 30 to 60 s. */
export const STREAM_KEEPALIVE_MS = 15_000;
/** How long a follower of a build waits before it looks by itself, in case a wake-up was lost. */
export const BUILD_POLL_MS = 1_000;
/** Long enough for a browser to read everything, short enough that a stuck one holds nothing. */
export const WEBSOCKET_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
export const SHUTDOWN_MS = 1_500;

const minute = 60_000;
/** Fixed windows; per address or account. A person never reaches them, a script does. */
export const RATE_LIMITS = {
  magicLinkPerAddress: { max: 20, windowMs: 15 * minute },
  magicLinkPerEmail: { max: 5, windowMs: 15 * minute },
  authPerAddress: { max: 300, windowMs: minute },
  previewPerUser: { max: 20, windowMs: minute },
  createPerOrg: { max: 60, windowMs: minute },
} as const;
export type RateLimitName = keyof typeof RATE_LIMITS;
