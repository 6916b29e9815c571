import {
  claimBuild,
  type Database,
  deleteExpiredPreviews,
  findServerOfBuild,
  LeaseLostError,
  listAbandonedBuildIds,
  releaseLease,
  renewLease,
} from '@bmm/db';
import type { Logger } from '@bmm/process';
import type { QueueBackend } from '@bmm/queue';
import { CANCEL_TOPIC, publishBuildProgress, publishServerChanged } from '@bmm/services';
import { AppError, BUILD_QUEUE, BuildJobSchema } from '@bmm/types';
import type { StageDeps } from './build-run.ts';
import { HEARTBEATS_PER_LEASE, QUEUED_UNANNOUNCED_MS, SWEEP_INTERVAL_MS } from './constants.ts';
import { runPipeline } from './run-pipeline.ts';
import { createSlots } from './slots.ts';

export interface WorkerOptions {
  readonly db: Database;
  readonly queue: QueueBackend;
  readonly stages: StageDeps;
  readonly logger: Logger;
  readonly concurrency: number;
  /** How long a worker may be silent before another one takes its builds over. */
  readonly leaseMs: number;
}

class WorkerStopping extends Error {
  override readonly name = 'WorkerStopping';
}

interface ActiveBuild {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  /** Renews the lease now instead of with the next heartbeat. */
  beat(): Promise<void>;
}

/**
 * Claims builds, keeps them claimed while they run, and ends them when they are cancelled. The queue only announces;
 * a sweep finds what was never announced or was left by a worker that died. Knows nothing about stages.
 */
export async function startBuildWorker(options: WorkerOptions): Promise<{ close(): Promise<void> }> {
  const { db, queue, logger } = options;
  const active = new Map<string, ActiveBuild>();
  const slots = createSlots(options.concurrency);
  let stopping = false;

  /** The caller holds a slot. */
  const runIfFree = async (buildId: string): Promise<void> => {
    if (stopping || active.has(buildId)) return;
    const claimed = await claimBuild(db, buildId, options.leaseMs);
    if (claimed === undefined) return;
    // The worker began to stop while it claimed: nobody would tell this attempt to end.
    if (stopping) return releaseLease(db, claimed.lease, { countsAsAttempt: false });
    const started = runClaimed(options, claimed);
    active.set(buildId, started);
    await started.ended.finally(() => active.delete(buildId));
  };

  const runAnnounced = async (buildId: string): Promise<void> => {
    await slots.take();
    await runIfFree(buildId).finally(slots.giveBack);
  };

  const sweep = async (): Promise<void> => {
    const abandoned = await listAbandonedBuildIds(db, QUEUED_UNANNOUNCED_MS);
    for (const buildId of abandoned) {
      if (!slots.takeIfFree()) break;
      runIfFree(buildId)
        .catch((error: unknown) => logger.error({ err: error, buildId }, 'build attempt failed'))
        .finally(slots.giveBack);
    }
    await deleteExpiredPreviews(db);
  };

  const worker = queue.startWorker(BUILD_QUEUE, BuildJobSchema, (job) => runAnnounced(job.data.buildId), {
    concurrency: options.concurrency,
    attempts: 1,
  });
  let isSweeping = false;
  const sweeper = setInterval(() => {
    if (isSweeping) return;
    isSweeping = true;
    sweep()
      .catch((error: unknown) => logger.warn({ err: error }, 'could not look for abandoned builds'))
      .finally(() => {
        isSweeping = false;
      });
  }, SWEEP_INTERVAL_MS);
  const stopListening = await queue.bus.subscribe(CANCEL_TOPIC, (message) => {
    const parsed = BuildJobSchema.safeParse(message);
    if (parsed.success)
      active
        .get(parsed.data.buildId)
        ?.beat()
        .catch(() => undefined);
  });

  return {
    async close() {
      stopping = true;
      slots.open();
      clearInterval(sweeper);
      for (const { controller } of active.values()) controller.abort(new WorkerStopping('The worker is stopping.'));
      await Promise.allSettled([...active.values()].map((build) => build.ended));
      await stopListening();
      await worker.close();
    },
  };
}

type Claimed = NonNullable<Awaited<ReturnType<typeof claimBuild>>>;

function runClaimed({ db, queue, stages, logger, leaseMs }: WorkerOptions, { build, lease }: Claimed): ActiveBuild {
  const controller = new AbortController();
  const log = logger.child({ buildId: build.id, attempt: build.attempt });
  const notify = {
    bus: queue.bus,
    onBackgroundError: (where: string, error: unknown) => log.warn({ err: error }, where),
  };

  const beat = async (): Promise<void> => {
    const state = await renewLease(db, lease, leaseMs);
    if (state === 'lost') controller.abort(new LeaseLostError(`The lease of ${build.id} was lost.`));
    if (state === 'cancel_requested') controller.abort(new AppError('build_cancelled', 'The build was cancelled.'));
  };
  const heart = setInterval(() => {
    beat().catch((error: unknown) => log.warn({ err: error }, 'heartbeat failed'));
  }, leaseMs / HEARTBEATS_PER_LEASE);

  const attempt = async (): Promise<void> => {
    if (build.cancelRequestedAt !== null) controller.abort(new AppError('build_cancelled', 'The build was cancelled.'));
    const server = await findServerOfBuild(db, build);
    if (server === undefined) return;
    await runPipeline({ build, server, lease, signal: controller.signal }, stages, {
      onProgress: () => void publishBuildProgress(notify, build.id),
      onInternalError: (stage, error) => log.error({ err: error, stage }, 'build failed on our side'),
    });
    await publishServerChanged(notify, { serverId: server.id, slug: server.slug });
  };

  const ended = attempt()
    .catch(async (error: unknown) => {
      if (error instanceof LeaseLostError) return log.info('another worker owns the build');
      log.warn({ err: error }, 'build attempt broke off');
      await releaseLease(db, lease, { countsAsAttempt: !(error instanceof WorkerStopping) }).catch(() => undefined);
    })
    .finally(() => clearInterval(heart));
  return { controller, ended, beat };
}
