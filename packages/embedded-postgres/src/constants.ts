/** drizzle-kit push is not idempotent on 18, so the embedded server and the compose image both stay on 17. */
export const POSTGRES_MAJOR = '17';
/** Away from 5432, so that an installed PostgreSQL never collides with ours. */
export const FIRST_PORT = 54329;
/** How many ports above the first are tried before giving up. */
export const PORT_ATTEMPTS_MAX = 50;
/** Crash recovery replays the write-ahead log before the first connection is accepted. */
export const START_TIMEOUT_MS = 30_000;
/** Backends of a killed postmaster need a moment to notice; until then a new server may not attach. */
export const PREDECESSOR_TIMEOUT_MS = 10_000;
export const POLL_INTERVAL_MS = 20;
export const CONNECT_TIMEOUT_MS = 2_000;
/** A fast shutdown writes one checkpoint: normally far under a second, longer on a slow disk. */
export const FAST_SHUTDOWN_TIMEOUT_MS = 6_000;
/** An immediate shutdown skips the checkpoint; the next start recovers from the write-ahead log. */
export const IMMEDIATE_SHUTDOWN_TIMEOUT_MS = 3_000;
export const KILL_TIMEOUT_MS = 1_000;
/** Enough to hold the sentence with the cause; the whole log stays in its file. */
export const LOG_TAIL_LINES = 12;
/** The user `nobody` of every common Linux distribution. */
export const NOBODY_ID = 65_534;
