/** Same as common servers accept; longer ones are cookies gone wrong or an attempt to fill memory. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** A client sends about ten; each costs a loop through all secrets. */
export const HEADER_COUNT_MAX = 100;
/** The body is held in memory, so that a misplaced secret is found before a byte has left. */
export const REQUEST_BODY_BYTES_MAX = 8 * 1024 * 1024;
/** Held bodies of one server: two of the largest at a time, so that no server can take the others' share. */
export const BUFFERED_BYTES_PER_SERVER_MAX = 16 * 1024 * 1024;
/** Held bodies of all servers of this process. */
export const BUFFERED_BYTES_MAX = 256 * 1024 * 1024;
/** Counted on the wire and again decoded; twice the largest result that a tool may return. */
export const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;
/** Ordinary text packs 3 to 20 times; the bomb of one repeated byte packs 1,000 times. */
export const DECODED_RATIO_MAX = 100;
/** Small answers may pack better than that: the ratio counts from here on. */
export const DECODED_RATIO_FROM_BYTES = 1024 * 1024;

/** Resolvers give up after 5 s themselves. */
export const RESOLVE_TIMEOUT_MS = 5_000;
/** For one address, TCP and TLS together; a host that needs longer is down. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Addresses tried one after the other: a host with IPv6 and IPv4 is reached where only one of them is routed. */
export const CONNECT_ADDRESSES_MAX = 3;
/** All answers are checked; more than this is no honest answer. */
export const RESOLVED_ADDRESSES_MAX = 100;
/** From a guest's first byte to the end of its headers: the guest is on this machine. */
export const REQUEST_HEADER_TIMEOUT_MS = 5_000;
/** From a guest's first byte to the end of its body. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Slow APIs (models, reports) think for tens of seconds before they answer. */
export const RESPONSE_HEADER_TIMEOUT_MS = 60_000;
/** Between two pieces of a response. */
export const IDLE_TIMEOUT_MS = 30_000;
/** The longest tool call; a request that outlives its call has no reader. */
export const TOTAL_TIMEOUT_MS = 120_000;

/** A call may fan out; services answer larger bursts with 429 themselves. */
export const CONCURRENT_REQUESTS_MAX = 32;
/** Connections of a guest; the guest has 256 descriptors. */
export const CONNECTIONS_MAX = 128;
/** Ten a second for a minute is more than a tool needs and less than an attack. */
export const REQUESTS_PER_MINUTE_MAX = 600;
/** Rows of refused requests that a server may write in a minute; the rest is one row with a count. */
export const DENIED_ROWS_PER_MINUTE_MAX = 30;

/** The runtime closes its idle connections after 5 s; ours stay longer, so that no request meets a closing one. */
export const GUEST_KEEP_ALIVE_MS = 15_000;
/** Idle connections to a service go before common servers close them (5 s), for the same reason. */
export const UPSTREAM_KEEP_ALIVE_MS = 4_000;
export const UPSTREAM_IDLE_CONNECTIONS_MAX = 4;
/** Hosts to which one server keeps connections; a wildcard rule has no end of hosts. */
export const UPSTREAM_HOSTS_MAX = 32;
/** How often Node looks for guests that send too slowly. */
export const TIMEOUT_CHECK_INTERVAL_MS = 1_000;

/** Longer than any DNS name. */
export const ROW_HOST_CHARS_MAX = 255;
/** Shorter values occur in ordinary text, so that redacting them would garble every answer. */
export const REDACTED_BYTES_MIN = 4;
/** An encoded form of a short value is a few common letters; only longer values are looked for in encoded forms. */
export const REDACTED_ENCODED_BYTES_MIN = 8;

/** Answers of the resolver are reused this long at most, whatever their TTL: a changed record must count soon. */
export const RESOLVER_CACHE_MS_MAX = 10_000;
export const RESOLVER_CACHE_ENTRIES_MAX = 1_000;
