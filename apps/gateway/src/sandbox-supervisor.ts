import { type Database, listRunnableServers, markServerAsleep, markServerAwake } from '@bmm/db';
import type { Bus } from '@bmm/queue';
import type { PoolEvent, SandboxPool } from '@bmm/sandbox';
import { SERVER_CHANGED_TOPIC, ServerChangedSchema } from '@bmm/types';
import { RECONCILE_INTERVAL_MS } from './constants.ts';
import type { RouteCache } from './route-cache.ts';
import { isServing } from './server-endpoints.ts';

/** Makes what runs agree with what the rows say: old versions drain, servers that are gone or paused stop at once. */
export interface SandboxSupervisor extends AsyncDisposable {
  /** Compares all running sandboxes with their rows. */
  reconcile(): Promise<void>;
}

export interface SandboxSupervisorOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly pool: SandboxPool;
  readonly routes: RouteCache;
  readonly onError: (error: unknown) => void;
}

export async function superviseSandboxes(options: SandboxSupervisorOptions): Promise<SandboxSupervisor> {
  const { db, bus, pool, routes, onError } = options;

  const reconcile = async (serverIds: readonly string[]): Promise<void> => {
    const rows = new Map((await listRunnableServers(db, serverIds)).map((row) => [row.serverId, row]));
    for (const serverId of serverIds) {
      const row = rows.get(serverId);
      const sha256 = row !== undefined && isServing(row.state) ? row.bundleSha256 : null;
      // Not awaited: a call in flight may drain for half a minute, and another server must not wait for it.
      const done = sha256 === null ? pool.stopServer(serverId) : pool.retire(serverId, { exceptSha256: sha256 });
      done.catch(onError);
    }
  };
  const reconcileAll = () => reconcile([...new Set(pool.snapshot().map(({ serverId }) => serverId))]);

  const onMessage = (message: unknown) => {
    const changed = ServerChangedSchema.safeParse(message);
    if (!changed.success) return;
    routes.forget(changed.data.slug);
    reconcile([changed.data.serverId]).catch(onError);
  };
  // The bus is a hint that can be lost; after a gap everything may have changed.
  const onResync = () => {
    routes.forgetAll();
    reconcileAll().catch(onError);
  };
  const unsubscribe = await bus.subscribe(SERVER_CHANGED_TOPIC, onMessage, onResync);
  const timer = setInterval(() => void reconcileAll().catch(onError), RECONCILE_INTERVAL_MS).unref();
  return {
    reconcile: reconcileAll,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await unsubscribe();
    },
  };
}

/** Writes into the rows which servers sleep; one write after the other, so that the last event wins. */
export function createStateRecorder(db: Database, onError: (error: unknown) => void) {
  let last: Promise<unknown> = Promise.resolve();
  const record = (write: () => Promise<unknown>) => {
    last = last.then(write).catch(onError);
  };
  return {
    onPoolEvent(event: PoolEvent, isRunning: (serverId: string) => boolean): void {
      const { serverId } = event;
      if (event.type === 'started') record(() => markServerAwake(db, serverId));
      else if (event.type === 'stopped' && ['idle', 'evicted', 'closed'].includes(event.reason) && !isRunning(serverId))
        record(() => markServerAsleep(db, serverId));
    },
    settled: () => last,
  };
}
