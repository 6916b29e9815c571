import { readFileSync } from 'node:fs';

// Relative to this directory, which has the same depth as dist/.
const readGuestModule = (name: string) => readFileSync(new URL(`../guest/${name}`, import.meta.url), 'utf8');

/** The modules that the platform puts beside the tool code. */
export const guestModules = (): Record<string, string> => ({
  'main.js': readGuestModule('main.js'),
  'bridge.js': readGuestModule('bridge.js'),
});

/**
 * No JIT: the largest class of V8 exploits goes with it, and a reservation that would make the data limit inexact.
 * The small initial heap makes V8 collect early. It does not know of the native memory behind each request (9 kB), so
 * with its own pace a sandbox met its data limit after about 12,000 calls; with these it stays below 75 MiB.
 */
const v8Flags = (heapMib: number): string =>
  [`--max-old-space-size=${heapMib}`, '--jitless', '--initial-old-space-size=2', '--max-semi-space-size=1']
    .map((flag) => JSON.stringify(flag))
    .join(', ');

/**
 * The runtime's configuration for one bundle. The old compatibility date keeps node:* out: only AsyncLocalStorage is let
 * in, to tell the log lines of parallel calls apart. Everything that leaves goes to `egress`, a unix socket in the
 * sandbox's own directory that nobody serves; `network = (allow = [])` in its place would still send DNS queries for any
 * name that the guest asks for, a way out for data. The implicit service `internet` is closed as well.
 */
export const guestConfig = (heapMib: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags(heapMib)}],
  services = [
    (name = "guest", worker = (
      modules = [
        (name = "main.js", esModule = embed "main.js"),
        (name = "bridge.js", esModule = embed "bridge.js"),
        (name = "tools.js", esModule = embed "tools.js"),
      ],
      compatibilityDate = "2024-01-01",
      compatibilityFlags = ["nodejs_als", "enable_request_signal"],
      globalOutbound = "egress",
    )),
    (name = "internet", network = (allow = [])),
    (name = "egress", external = (address = "unix:egress.sock", http = (style = proxy))),
  ],
  sockets = [(name = "http", address = "unix:in.sock", http = (), service = "guest")],
);
`;
