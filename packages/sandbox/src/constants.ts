/**
 * Address space for data of the whole process (RLIMIT_DATA), in MiB. Without it a typed-array bomb takes the machine's
 * memory, because V8's heap limit does not count array buffers. The runtime needs about 60 MiB before the tools' code.
 */
export const MEMORY_MIB_DEFAULT = 192;
export const MEMORY_MIB_MAX = 512;
/** V8's old space, in MiB: ordinary objects. Below the process limit, so that V8 reports a full heap by itself. */
export const HEAP_MIB_DEFAULT = 64;
export const HEAP_MIB_MAX = 256;
/** MCP clients give up after 60 s by default; half of that leaves time for a cold start and one retry. */
export const CALL_TIMEOUT_MS_DEFAULT = 30_000;
export const CALL_TIMEOUT_MS_MAX = 120_000;
/** A result goes into a model's context; a mebibyte is about 250,000 tokens, more than any model reads. */
export const RESULT_BYTES_DEFAULT = 1024 * 1024;
export const RESULT_BYTES_MAX = 8 * 1024 * 1024;
/** Enough for a busy team; the maximum stays well under the sandbox's 256 file descriptors. */
export const CONCURRENT_CALLS_DEFAULT = 64;
export const CONCURRENT_CALLS_MAX = 128;
/** Log text of one call; a handler that prints in a loop must not fill the owner's log. */
export const LOG_BYTES_DEFAULT = 32 * 1024;
export const LOG_BYTES_MAX = 256 * 1024;
export const LOG_LINES_MAX = 200;
/** One line is read by a person; longer ones are dumps. */
export const LOG_LINE_CHARS_MAX = 4_096;
/** A thrown message goes to a model; what is longer is a dump as well. */
export const ERROR_MESSAGE_CHARS_MAX = 2_048;

/** The same bound as for generated code with room for libraries that it bundles. */
export const BUNDLE_BYTES_MAX = 2 * 1024 * 1024;
/** Cold starts take about 50 ms; this covers a machine that swaps. Code that loops while it loads ends here. */
export const START_TIMEOUT_MS = 5_000;
export const COMPILE_TIMEOUT_MS = 10_000;
/** Compiled configurations kept on disk; each is about as large as its bundle and takes 30 ms to make again. */
export const COMPILED_CONFIGS_MAX = 500;

/** The first health ping leaves this long before the deadline, so that the guest has had 225 ms before it is judged. */
export const PING_LEAD_MS = 100;
/** A guest whose ping is unanswered this long after the deadline is wedged; with the kill it is gone within 250 ms. */
export const PING_GRACE_MS = 125;
/** A healthy guest reports its own timeout, with logs; this is how long that answer may take on its way. */
export const LATE_ANSWER_GRACE_MS = 100;
/** How long a broken connection waits for the news that the process has died, to say why. */
export const EXIT_NEWS_MS = 1_000;
/** A killed process that is still there after this is stuck in the kernel; measured worst case is 460 ms at 2 GB. */
export const KILL_TIMEOUT_MS = 5_000;
/** A wrapper whose child was killed exits within 5 ms; after this it is killed as well. */
export const WRAPPER_EXIT_MS = 50;
/** The runtime closes idle connections after 5 s; ours go first, so that no call is sent into a closing one. */
export const IDLE_CONNECTION_MS = 3_000;
/** The end of the runtime's error output, kept to explain a death. */
export const STDERR_TAIL_CHARS_MAX = 4_096;
/** sockaddr_un holds 108 bytes on Linux and 104 on macOS. */
export const SOCKET_PATH_BYTES_MAX = 103;

/**
 * User and group numbers for sandboxes when the platform runs as root. The first range lies in a stretch that systemd's
 * table of uids leaves unused and that /etc/subuid does not hand out, large enough that drivers which do not know of each
 * other hardly meet (64 sandboxes and 4: one chance in 250,000). The second fits containers that map 16 bits only,
 * between ordinary accounts and systemd's dynamic ones.
 */
export const UID_RANGES = [
  { first: 1_900_000_000, count: 65_536_000 },
  { first: 30_000, count: 30_000 },
] as const;
/** Open files: 128 calls, the runtime's own and room; a compromised runtime must not exhaust the machine's table. */
export const OPEN_FILES_MAX = 256;
/** Threads of one sandbox that has its own uid: the runtime has about four and bwrap two processes. */
export const THREADS_MAX = 64;
/** A probe starts the wrapper once; it takes 50 ms. */
export const PROBE_TIMEOUT_MS = 5_000;
