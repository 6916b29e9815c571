/** A result goes into a model's context; the sandbox bounds it to the same mebibyte before it gets here. */
export const RESULT_CHARS_MAX = 1024 * 1024;
/** A failure is read by a model: what is longer is a dump. */
export const FAILURE_CHARS_MAX = 2_048;
/** One validation. Ordinary ones take microseconds; what is still running then is an attack on the process. */
export const VALIDATION_TIMEOUT_MS = 50;
/** Compiling one schema, between two requests of other tenants; ordinary ones take 2 ms. */
export const COMPILE_TIMEOUT_MS = 250;
/** The first attempt can be the machine's fault; after the second it is the schema's, and is not paid for again. */
export const COMPILE_ATTEMPTS_MAX = 2;
/** A model corrects a few mistakes at a time; a long list only costs tokens. */
export const PROBLEMS_MAX = 5;
/** Clients may keep the list this long, so a new version's tools are seen within a minute. */
export const TOOLS_LIST_TTL_MS = 60_000;
/** Identity and capabilities change only with a new version. */
export const DISCOVER_TTL_MS = 60_000;
/** We announce no changes, so a listening stream carries nothing; a few are kept for clients that insist. */
export const LISTEN_STREAMS_MAX = 64;
/** Proxies in front of clients cut streams that are silent for 30 s. */
export const KEEP_ALIVE_MS = 15_000;
