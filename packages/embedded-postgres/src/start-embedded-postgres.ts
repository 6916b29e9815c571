import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCluster, ensurePassword } from './cluster.ts';
import { ensureDatabase, toUrl } from './connection.ts';
import { FIRST_PORT, PREDECESSOR_TIMEOUT_MS } from './constants.ts';
import { findFreePort } from './free-port.ts';
import { type Layout, prepareLayout } from './layout.ts';
import { findOrphan, type RunningPostmaster, removeStalePostmasterFile } from './postmaster-file.ts';
import { type Programs, preparePrograms } from './programs.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { startServer } from './server.ts';
import { stopServer } from './stop-server.ts';

export interface EmbeddedPostgresOptions {
  /** Holds the data folder, the password file and the log; made when absent. */
  homeDir: string;
  /** First port to try; the next free one above it is taken. */
  port?: number | undefined;
  /** Database that the URL names; made when absent. */
  database?: string | undefined;
  /** Ends a start that is under way. */
  signal?: AbortSignal | undefined;
  /** False gives up crash safety for speed: for throw-away test data only. */
  durable?: boolean | undefined;
  /** Overrides how root starts the server; for tests. */
  runAs?: RunAs['kind'] | undefined;
}

export interface EmbeddedPostgres {
  url: string;
  port: number;
  pid: number;
  /** True when a server left over from an earlier run was taken on. */
  adopted: boolean;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs a real PostgreSQL on 127.0.0.1 from npm's binaries; errors are sentences that a person can act on. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  options.signal?.throwIfAborted();
  const runAs = chooseRunAs(options.runAs);
  const layout = prepareLayout(options.homeDir, runAs);
  const programs = preparePrograms(layout, runAs);
  const password = ensurePassword(layout);
  ensureCluster(layout, programs, runAs, password);
  const running = (await adopt(layout, password)) ?? (await startOnFreePort(layout, programs, password, options));
  const stop = () => stopServer(running.pid, layout.dataDir, programs);
  const database = options.database ?? 'bmm';
  try {
    await ensureDatabase({ port: running.port, password }, database);
  } catch (error) {
    if (!running.adopted) await stop();
    throw error;
  }
  return { ...running, url: toUrl({ port: running.port, password }, database), stop, [Symbol.asyncDispose]: stop };
}

type Running = RunningPostmaster & { adopted: boolean };

async function adopt(layout: Layout, password: string): Promise<Running | undefined> {
  const orphan = await findOrphan(layout.dataDir, password);
  return orphan && { ...orphan, adopted: true };
}

async function startOnFreePort(
  layout: Layout,
  programs: Programs,
  password: string,
  options: EmbeddedPostgresOptions,
): Promise<Running> {
  const deadline = Date.now() + PREDECESSOR_TIMEOUT_MS;
  let firstPort = options.port ?? FIRST_PORT;
  for (;;) {
    removeStalePostmasterFile(layout.dataDir);
    const port = await findFreePort(firstPort);
    const durable = options.durable ?? true;
    const start = await startServer(layout, programs, { port, password, durable, signal: options.signal });
    if (start.ok) return { pid: start.pid, port, adopted: false };
    if (start.reason === 'port-taken') {
      firstPort = port + 1;
    } else if (start.reason === 'predecessor-alive' && Date.now() < deadline) {
      // Either a parallel start won, and is adopted, or a killed server's backends are about to end.
      await sleep(200, undefined, { signal: options.signal });
      const adopted = await adopt(layout, password);
      if (adopted) return adopted;
    } else {
      throw new Error(`PostgreSQL did not start; the end of ${layout.logFile}:\n${start.logTail}`);
    }
  }
}
