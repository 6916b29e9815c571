/**
 * Used when no model is configured: the current Sonnet alias supports structured outputs and answers a usual prompt
 * well inside the time limit; the names are in the `Model` type of the SDK.
 */
export const DEFAULT_MODEL = 'claude-sonnet-5-5';
/** Given explicitly, because the SDK would read it from the environment otherwise. */
export const DEFAULT_BASE_URL = 'https://api.anthropic.com';
/** A large server with twenty tools stays under a third of this; thinking counts towards it as well. */
export const OUTPUT_TOKENS_MAX = 32_000;
/** One person waits in front of a form for it; covers the first answer and its correction together. */
export const GENERATION_TIMEOUT_MS = 180_000;
/** The API sends a ping every few seconds, so that this much silence means a dead connection. */
export const STALL_TIMEOUT_MS = 45_000;
/** About 100 bytes of framing go with each token; beyond this the other side is not a Messages API. */
export const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;
/** The wait that is passed on to callers; a longer one is a misread header. */
export const RETRY_AFTER_SECONDS_MAX = 3_600;
/** 256 schemas of ten properties compile in 0.6 s on two slow cores; what takes longer was built to take longer. */
export const SCHEMA_CHECK_MS_MAX = 3_000;
/** One schema. The gateway compiles it between two requests of others, so what takes it longer there is refused here. */
export const SCHEMA_COMPILE_MS_MAX = 200;
/** Checks that run at the same time; a second one, so that a slow check does not hold up a fast one. */
export const CHECK_THREADS_MAX = 2;
/** Checks that may wait for a thread; a usual one takes a few milliseconds. */
export const CHECKS_WAITING_MAX = 100;
/** From source, a busy machine needs seconds to read the modules of a thread. */
export const CHECK_THREAD_START_MS_MAX = 30_000;
/** All schemas of the largest spec compile in a tenth of it. */
export const CHECK_HEAP_MB_MAX = 256;
/** As many findings as a model corrects in one go and a form can show. */
export const PROBLEMS_MAX = 20;
/** A finding is a sentence; validators quote whole values in theirs. */
export const PROBLEM_CHARS_MAX = 300;
