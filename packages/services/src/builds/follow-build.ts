import { getBuildInOrg, listBuildEvents } from '@bmm/db';
import { type BuildEvent, buildTopic } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';

export interface FollowBuildOptions {
  signal: AbortSignal;
  /** Looks by itself this often, in case a wake-up was lost. */
  pollMs: number;
}

/**
 * The whole history of a build and then what happens, until it ends. The rows are the truth; the bus only wakes.
 * The build's existence is checked before the first event is asked for, and again whenever there is no news.
 * @throws AppError `not_found`, from the generator as well when the build is deleted meanwhile
 */
export async function followBuild(
  ctx: Ctx,
  buildId: string,
  options: FollowBuildOptions,
): Promise<AsyncGenerator<BuildEvent, void>> {
  requireScope(ctx, 'servers:read');
  await getBuildInOrg(ctx.db, ctx.org.id, buildId);
  return events(ctx, buildId, options);
}

async function* events(
  ctx: Ctx,
  buildId: string,
  { signal, pollMs }: FollowBuildOptions,
): AsyncGenerator<BuildEvent, void> {
  const bell = createBell(signal);
  const unsubscribe = await ctx.bus.subscribe(buildTopic(buildId), bell.ring, bell.ring);
  try {
    let seq = 0;
    while (!signal.aborted) {
      const news = await listBuildEvents(ctx.db, ctx.org.id, buildId, seq);
      if (news.length === 0) await getBuildInOrg(ctx.db, ctx.org.id, buildId);
      for (const event of news) {
        seq = event.seq;
        yield event;
        if (event.type === 'done' || event.type === 'error') return;
      }
      await bell.wait(pollMs);
    }
  } finally {
    await unsubscribe();
  }
}

/** Remembers a ring that comes while nobody waits, so that no wake-up falls between reading and waiting. */
function createBell(signal: AbortSignal) {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    async wait(timeoutMs: number): Promise<void> {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wake = undefined;
    },
  };
}
