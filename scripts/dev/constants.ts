/** Everything that the development stack keeps between runs: git-ignored; each file in it is readable by the owner only. */
export const HOME_DIR = '.bmm';
/** Others may pass through and list nothing: a sandbox with an own user has to reach its own folder inside. */
export const HOME_DIR_MODE = 0o711;

export const DEFAULT_PORTS = { web: 3000, api: 4000, gateway: 4100 } as const;

/** The Docker CLI waits for minutes on an engine that is gone; one that runs answers in well under a second. */
export const DOCKER_ANSWER_TIMEOUT_MS = 3_000;
/** Includes the first pull of both images on a slow line. */
export const COMPOSE_UP_TIMEOUT_MS = 5 * 60_000;
export const COMPOSE_STOP_TIMEOUT_MS = 30_000;
/** A database or Redis named by the person must answer within this. */
export const SERVICE_ANSWER_TIMEOUT_MS = 5_000;

/** Four apps one after the other and then PostgreSQL (about 0.1 s) stay under the promised 2 s. */
export const APP_STOP_GRACE_MS = 400;
/** The kernel ends a killed group at once; longer means that somebody else has to look. */
export const KILLED_TIMEOUT_MS = 1_000;
/** Only where our own parent is gone too (`pnpm stop`, the keeper), so nobody waits at a prompt for it. */
export const POSTGRES_STOP_TIMEOUT_MS = 6_000;
export const STOP_POLL_MS = 15;

export const READY_POLL_MS = 100;
/** Next.js compiles the first page while this request waits. */
export const READY_REQUEST_TIMEOUT_MS = 90_000;
/** Longer than any machine needs; then the log above says what is wrong. */
export const READY_TIMEOUT_MS = 180_000;
/** How often we look whether the package manager that started us is still there. */
export const PARENT_POLL_MS = 500;

/** AES-256 takes 32 bytes. */
export const ENCRYPTION_KEY_BYTES = 32;
/** better-auth signs cookies with it: 256 bits of randomness. */
export const AUTH_SECRET_LENGTH_MIN = 32;
/** 32 random bytes have about 30 distinct values; fewer than this never happens by chance. */
export const DISTINCT_BYTES_MIN = 16;

/** A unix socket's path holds 104 bytes on macOS and 108 on Linux; the sandbox needs its own share of them. */
export const SANDBOX_DIR_LENGTH_MAX = 50;
