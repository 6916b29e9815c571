/** One JSON-RPC message; arguments larger than this are files, and belong behind a URL. */
export const MCP_BODY_BYTES_MAX = 1024 * 1024;
/** Registrations and token requests are a few kilobytes. */
export const AS_BODY_BYTES_MAX = 64 * 1024;
/** A body that is still not here after this is held back on purpose. */
export const BODY_TIMEOUT_MS = 15_000;
/** Read and thrown away after an error, so that a client that is still sending gets to see its answer. */
export const ABANDONED_BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Longest silence of the api on its authorization endpoints; each is a few queries. */
export const AS_TIMEOUT_MS = 10_000;

/** How long a route may be stale when the bus loses a message. */
export const ROUTE_TTL_MS = 2_000;
/** Routes are small; this bounds what a stranger with random slugs can make us keep. */
export const ROUTES_MAX = 10_000;
/** Compiled versions: about 50 kB each, and 2 ms of CPU to make again. */
export const ENDPOINTS_MAX = 1_000;
/** What runs is compared with what should run this often, for messages that the bus has lost. */
export const RECONCILE_INTERVAL_MS = 10_000;

/** A token is verified again after this, so that a withdrawn key stops working. */
export const TOKEN_CACHE_TTL_MS = 60_000;
export const TOKENS_MAX = 10_000;
/** Revoked access tokens work at most this much longer; they end by themselves after 15 minutes. */
export const REVOCATIONS_INTERVAL_MS = 3_000;
/** Longer than any token that the authorization server makes. */
export const TOKEN_CHARS_MAX = 8_192;
/** The api answers with its keys at once or not at all. */
export const JWKS_TIMEOUT_MS = 3_000;
/** Keys are published 15 minutes before they sign. */
export const JWKS_MAX_AGE_MS = 5 * 60_000;
/** Between two looks for a key id that nobody knows, or strangers make us hammer the api. */
export const JWKS_COOLDOWN_MS = 5_000;

/** Each window counts anew: a client may spend two windows' worth around its edge, which does no harm at this size. */
export const RATE_WINDOW_MS = 60_000;
/** Ten calls a second, for a minute: more than any agent makes, less than a loop that has gone wrong. */
export const CALLS_PER_TOKEN_MAX = 600;
/** All clients of one server together; a sandbox answers more, but its machine is shared. */
export const CALLS_PER_SERVER_MAX = 6_000;
/** Windows kept at once, of tokens and of servers. */
export const RATE_KEYS_MAX = 50_000;

/** MCP clients give up after 60 s by default; half leaves time for a cold start. */
export const CALL_TIMEOUT_MS = 30_000;
/** Long enough for a conversation's pauses, short enough that forgotten servers cost nothing. */
export const SANDBOX_IDLE_MS_DEFAULT = 5 * 60_000;
/** About 10 MB each without traffic and at most 192 MiB with it; fits a small machine. */
export const SANDBOXES_MAX_DEFAULT = 50;

/** Calls in flight may end by themselves for this long at a stop; the whole stop takes at most 2 s. */
export const DRAIN_MS = 1_000;
export const CLOSE_WITHIN_MS = 2_000;
/** Slow headers hold a connection; a client that means it sends them at once. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** Above the usual 60 s of load balancers, so that they and not we close idle connections. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Queries of the gateway are short, and two tenants must not wait for each other. */
export const DATABASE_CONNECTIONS_MAX = 10;
