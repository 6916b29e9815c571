import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseConnection, insertBuild, insertServer, listBuildEvents, openDatabase, schema } from '@bmm/db';
import { createSpecGenerator, type SpecGenerator } from '@bmm/generation';
import { createLogger } from '@bmm/process';
import { openQueueBackend, type QueueBackend } from '@bmm/queue';
import { createWorkerdDriver, type SandboxDriver } from '@bmm/sandbox';
import { createMigratedDatabase, waitFor } from '@bmm/testing';
import { BUILD_QUEUE, type BuildEvent, BuildJobSchema, publicUrls, type Spec } from '@bmm/types';
import { startBuildWorker } from '../worker.ts';

const orgId = 'org_bench';
const userId = 'user_bench';

export interface BuildBench extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly database: DatabaseConnection;
  readonly queue: QueueBackend;
  readonly sandboxes: SandboxDriver;
  readonly orgId: string;
  startWorker(options?: {
    specGenerator?: SpecGenerator;
    leaseMs?: number;
    concurrency?: number;
  }): Promise<{ close(): Promise<void> }>;
  /** Inserts a server and its build and announces it; `silent` does not, as if the queue had been down. */
  newBuild(options?: {
    spec?: Spec;
    prompt?: string;
    serverId?: string;
    baseVersionId?: string;
    silent?: boolean;
  }): Promise<{ serverId: string; buildId: string }>;
  /** The whole history, once the build has ended. */
  ended(buildId: string, timeoutMs?: number): Promise<BuildEvent[]>;
}

/** Everything that a worker needs, for real: database, queue and sandboxes of its own. */
export async function openBuildBench(): Promise<BuildBench> {
  const created = await createMigratedDatabase();
  const runDir = await mkdtemp(join(tmpdir(), 'bmm-generator-'));
  const database = openDatabase({ url: created.url, connectionsMax: 12, onError: () => undefined });
  const queue = await openQueueBackend({ databaseUrl: created.url, onError: () => undefined });
  const sandboxes = createWorkerdDriver({ runDir });
  const builds = queue.openQueue(BUILD_QUEUE, BuildJobSchema);
  const workers: { close(): Promise<void> }[] = [];
  await database.db.insert(schema.organization).values({ id: orgId, name: 'Bench', slug: 'bench' });
  await database.db.insert(schema.user).values({ id: userId, name: 'Bench', email: 'bench@example.com' });
  let count = 0;

  return {
    databaseUrl: created.url,
    database,
    queue,
    sandboxes,
    orgId,
    async startWorker({
      specGenerator = createSpecGenerator({ anthropic: undefined }),
      leaseMs = 4_000,
      concurrency = 4,
    } = {}) {
      const worker = await startBuildWorker({
        db: database.db,
        queue,
        logger: createLogger('generator', 'silent'),
        concurrency,
        leaseMs,
        stages: {
          db: database.db,
          sandboxes,
          specGenerator,
          urls: publicUrls('http://localhost:4100', 'http://localhost:4100/s/{slug}/mcp'),
        },
      });
      workers.push(worker);
      return worker;
    },
    async newBuild({ spec, prompt = 'echo', serverId, baseVersionId, silent = false } = {}) {
      count += 1;
      const { db } = database;
      const id =
        serverId ??
        (await insertServer(db, { orgId, createdBy: userId, name: 'Bench', slug: `bench-${count}`, description: '' }))
          .id;
      const build = await insertBuild(db, {
        orgId,
        serverId: id,
        kind: serverId === undefined ? 'create' : 'iterate',
        prompt,
        ...(spec === undefined ? {} : { spec, source: 'mock' }),
        ...(baseVersionId === undefined ? {} : { baseVersionId }),
      });
      if (!silent) await builds.add({ buildId: build.id });
      return { serverId: id, buildId: build.id };
    },
    async ended(buildId, timeoutMs = 20_000) {
      let events: BuildEvent[] = [];
      await waitFor(
        async () => {
          events = await listBuildEvents(database.db, orgId, buildId, 0);
          return events.some((event) => event.type === 'done' || event.type === 'error');
        },
        { timeoutMs, intervalMs: 50 },
      );
      return events;
    },
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker.close();
      await sandboxes.close();
      await queue.close();
      await database.close();
      await created.drop();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}

export const stateOf = (events: readonly BuildEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'status' ? [event.state] : []));
