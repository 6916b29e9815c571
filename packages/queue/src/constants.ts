/** A failed run is repeated: model APIs and networks have bad minutes. The worker may choose another number. */
export const ATTEMPTS_DEFAULT = 3;
/** Upper bound stored with the job; the worker's own number ends it earlier. */
export const ATTEMPTS_MAX = 50;
export const RETRY_DELAY_MS = 1_000;
/** How often a job may lose its worker process before BullMQ gives it up: a guard against a job that kills every worker. */
export const STALLED_COUNT_MAX = 10;
/** A killed worker's job is taken over after this long; renewing it costs one statement every half of it. */
export const LOCK_DEFAULT_MS = 30_000;
export const CONCURRENCY_DEFAULT = 2;
/** Ctrl-C must end all processes within 2 s; a handler that ignores its signal loses its job to the next worker. */
export const WORKER_CLOSE_GRACE_MS = 1_000;
export const CLOSE_POLL_MS = 10;
/** Finished jobs are kept so that a repeated id is still the same job; a day outlives any retry of a caller. */
export const KEEP_COMPLETED = { age: 86_400, count: 1_000 };
/** Failed jobs are kept longer, for looking into them. */
export const KEEP_FAILED = { age: 604_800, count: 5_000 };
/** NOTIFY refuses 8000 bytes; the same limit holds on Redis, so that code does not depend on the adapter. */
export const BUS_MESSAGE_BYTES_MAX = 7_900;
export const RECONNECT_FIRST_MS = 100;
export const RECONNECT_MAX_MS = 5_000;
/** Well below a B-tree entry's limit, and the same on Redis. */
export const KEY_LENGTH_MAX = 512;
export const KEYS_SWEEP_INTERVAL_MS = 60_000;
/** Statements of keys and bus; a queue or worker has its own few connections. */
export const POOL_CONNECTIONS_MAX = 4;
export const BULLMQ_CONNECTIONS_MAX = 3;
export const CONNECT_TIMEOUT_MS = 5_000;
/** BullMQ's tables, and ours for keys, stand apart from the product's schema. */
export const BULLMQ_SCHEMA = 'bullmq';
export const KEYS_SCHEMA = 'bmm_keys';
export const BUS_CHANNEL = 'bmm_bus';
export const REDIS_PREFIX = 'bmm';
/** Any fixed number; serialises concurrent preparations of one database. */
export const PREPARE_LOCK = 7_301_996;
/** About a second of trying again; then the caller learns that Redis is gone. */
export const REDIS_RETRIES_MAX = 5;
