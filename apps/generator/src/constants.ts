/** A build that is started this often and never comes to an end takes its worker down; better it fails. */
export const BUILD_ATTEMPTS_MAX = 3;
/** How often workers look for builds that nobody holds: left by a dead worker, or never announced. */
export const SWEEP_INTERVAL_MS = 2_000;
/** A queued build older than this was not announced, or its announcement got lost. */
export const QUEUED_UNANNOUNCED_MS = 5_000;
/** Of a lease: two renewals may fail before it runs out. */
export const HEARTBEATS_PER_LEASE = 4;
/** A tool that talks to nobody and needs longer than this is broken. */
export const TOOL_TEST_TIMEOUT_MS = 5_000;
/** What a sandbox has to load and keep; far above any generated server. */
export const BUNDLE_BYTES_MAX = 1024 * 1024;
/** How often the log says that the model is still writing. */
export const MODEL_PROGRESS_INTERVAL_MS = 2_000;
export const LOG_MESSAGE_CHARS_MAX = 2_000;
export const SHUTDOWN_MS = 1_500;
