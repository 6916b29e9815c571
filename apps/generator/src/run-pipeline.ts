import {
  advanceBuild,
  type BuildLease,
  type BuildRow,
  isDatabaseUnavailable,
  LeaseLostError,
  lockServerInOrg,
  type Queryable,
  type ServerRow,
  updateServer,
} from '@bmm/db';
import { AppError, type BuildStage, type BuildState, ERRORS } from '@bmm/types';
import type { BuildRun, StageDeps } from './build-run.ts';
import { BUILD_ATTEMPTS_MAX, LOG_MESSAGE_CHARS_MAX } from './constants.ts';
import { PIPELINE } from './pipeline.ts';

export interface PipelineInput {
  readonly build: BuildRow;
  readonly server: ServerRow;
  readonly lease: BuildLease;
  readonly signal: AbortSignal;
}

export interface PipelineHooks {
  /** After every committed change, to wake those who follow the build. */
  onProgress(): void;
  /** A failure that is ours; the build fails with a general sentence. */
  onInternalError(stage: BuildState, error: unknown): void;
}

/**
 * Runs one attempt at a build to its end, `live` or `failed`.
 * @throws LeaseLostError, the signal's reason, or a database error: then nothing was decided and another attempt may follow
 */
export async function runPipeline(input: PipelineInput, deps: StageDeps, hooks: PipelineHooks): Promise<void> {
  let stage: BuildState = input.build.state;
  const run = createRun(input, deps, hooks, () => stage);
  try {
    if (input.build.attempt > BUILD_ATTEMPTS_MAX)
      throw new AppError(
        'build_interrupted',
        'The build was interrupted too often. Start it again; if it happens once more, the server may be too large.',
      );
    if (stage !== 'queued') {
      await enter(run, 'queued');
      stage = 'queued';
      await run.log(`The worker stopped; another one took over (attempt ${input.build.attempt}).`, 'warn');
    }
    for (const [name, runStage] of PIPELINE) {
      input.signal.throwIfAborted();
      await enter(run, name);
      stage = name;
      await runStage(run, deps);
    }
  } catch (error) {
    await fail(run, stage, error, hooks);
  }
}

function enter(run: BuildRun, state: BuildStage | 'queued'): Promise<void> {
  return run.advance(async () => ({ change: { state }, events: [{ type: 'status', state }] }));
}

function createRun(input: PipelineInput, deps: StageDeps, hooks: PipelineHooks, stage: () => BuildState): BuildRun {
  const advance: BuildRun['advance'] = async (decide) => {
    await advanceBuild(deps.db, input.lease, decide);
    hooks.onProgress();
  };
  return {
    ...input,
    products: {},
    advance,
    log: (message, level = 'info') =>
      advance(async () => ({
        change: {},
        events: [{ type: 'log', stage: stage(), level, message: message.slice(0, LOG_MESSAGE_CHARS_MAX) }],
      })),
  };
}

async function fail(run: BuildRun, stage: BuildState, error: unknown, hooks: PipelineHooks): Promise<void> {
  const cause = run.signal.aborted ? run.signal.reason : error;
  // An error of the catalogue is decided, also when its cause looks like a lost connection: that one was to the model.
  const isDecided = cause instanceof AppError;
  if (!isDecided && (run.signal.aborted || cause instanceof LeaseLostError || isDatabaseUnavailable(cause)))
    throw cause;
  const known =
    cause instanceof AppError
      ? cause
      : new AppError('internal', 'The build failed for a reason on our side. It was logged; try again.', { cause });
  if (ERRORS[known.code].fault === 'ours') hooks.onInternalError(stage, known.cause ?? known);
  const { code, detail } = known;
  await run.advance(async (tx) => {
    await markServerFailed(tx, run);
    return {
      change: { state: 'failed', errorCode: code, errorDetail: detail },
      events: [
        { type: 'status', state: 'failed' },
        { type: 'error', state: 'failed', stage, code, title: ERRORS[code].title, detail },
      ],
    };
  });
}

/** A server that never had a version has failed with its build; one that has goes on serving it. */
async function markServerFailed(tx: Queryable, run: BuildRun): Promise<void> {
  const server = await lockServerInOrg(tx, run.build.orgId, run.server.id);
  if (server.activeVersionId === null) await updateServer(tx, server, { state: 'failed' });
}
