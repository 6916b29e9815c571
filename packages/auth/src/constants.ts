/** Policy numbers of sign-in and of the authorization server, each with its reason. */

/** Long enough for slow mail, short enough that a link found later in a mailbox is dead. */
export const MAGIC_LINK_TTL_SECONDS = 600;
/** A session that is used stays; one that is not used for two weeks asks for a new link. */
export const SESSION_TTL_SECONDS = 14 * 86_400;
/** At most one write a day to prolong a session. */
export const SESSION_REFRESH_SECONDS = 86_400;

/** A stolen access token works no longer than this even where the list of revoked families is not read (RFC 9700 §4.10). */
export const ACCESS_TOKEN_TTL_SECONDS = 900;
/** Clocks of the issuing and the verifying process may differ by this much. */
export const CLOCK_SKEW_SECONDS = 30;
/** OAuth 2.1 §4.1.2 allows ten minutes; a redirect takes a second. */
export const AUTHORIZATION_CODE_TTL_MS = 60_000;
/** Time to sign in by mail and to decide; the magic link lives as long. */
export const AUTHORIZATION_REQUEST_TTL_MS = 600_000;
/** Sliding: a connection that is not used for a month asks for consent again. */
export const REFRESH_TOKEN_TTL_MS = 30 * 86_400_000;
/** Absolute: no connection lives longer than this without a new consent. */
export const REFRESH_TOKEN_ABSOLUTE_TTL_MS = 180 * 86_400_000;
/** MCP clients lose answers and share token files between processes; seconds are too short for them. */
export const REFRESH_GRACE_MS = 600_000;

/** A signing key is published this long before it signs, so that every verifier has it in its cache. */
export const SIGNING_KEY_PUBLISH_MS = 15 * 60_000;
/** A key signs for a quarter of a year. */
export const SIGNING_KEY_ACTIVE_MS = 90 * 86_400_000;
/** A retired key stays published until the last token that it signed has expired, and an hour more. */
export const SIGNING_KEY_RETIRE_MS = ACCESS_TOKEN_TTL_SECONDS * 1000 + 3_600_000;
/** Another process may have rotated the keys; far below SIGNING_KEY_PUBLISH_MS. */
export const SIGNING_KEY_CACHE_MS = 60_000;
export const SIGNING_ALGORITHM = 'ES256';

/** Cursor registers several redirect URIs at once; nobody needs more than this. */
export const REDIRECT_URIS_MAX = 20;
export const REDIRECT_URI_CHARS_MAX = 2000;
export const CLIENT_NAME_CHARS_MAX = 100;
/** Some clients put a signed object into `state`. */
export const STATE_CHARS_MAX = 4096;
/** One default scope a server: step-up to a second one fails in most clients. */
export const DEFAULT_SCOPE = 'mcp';
/** Asked for by clients that want a refresh token; they get one anyway. */
export const OFFLINE_SCOPE = 'offline_access';
/** A dynamically registered client that nobody used for this long is deleted. */
export const UNUSED_CLIENT_TTL_MS = 30 * 86_400_000;
