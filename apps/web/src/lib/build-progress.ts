import { type BuildEvent, type BuildState, isFinished } from '@bmm/types';

/** The steps that a person sees, in their order; `failed` is a mark on one of them. */
export const BUILD_STEPS = [
  'queued',
  'generating',
  'checking',
  'building',
  'testing',
  'deploying',
  'live',
] as const satisfies readonly BuildState[];

export type StepStatus = 'waiting' | 'current' | 'done' | 'failed';
export interface BuildStep {
  readonly name: (typeof BUILD_STEPS)[number];
  readonly status: StepStatus;
  readonly startedAtMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly logs: readonly { seq: number; level: 'info' | 'warn'; message: string }[];
}
export interface BuildProgress {
  readonly state: BuildState;
  readonly steps: readonly BuildStep[];
  readonly done: Extract<BuildEvent, { type: 'done' }> | undefined;
  readonly error: Extract<BuildEvent, { type: 'error' }> | undefined;
}

/** Adds events to a history: each `seq` once, in order. */
export function mergeEvents(history: readonly BuildEvent[], more: readonly BuildEvent[]): readonly BuildEvent[] {
  const known = new Set(history.map((event) => event.seq));
  const fresh = more.filter((event) => !known.has(event.seq));
  return fresh.length === 0 ? history : [...history, ...fresh].sort((a, b) => a.seq - b.seq);
}

/** What the history of a build says about each step. A build that is taken over starts again from `queued`. */
export function toProgress(events: readonly BuildEvent[]): BuildProgress {
  const lastStart = events.findLastIndex((event) => event.type === 'status' && event.state === 'queued');
  const entered = new Map<BuildState, number>();
  let state: BuildState = 'queued';
  for (const event of events.slice(Math.max(lastStart, 0))) {
    if (event.type === 'log') continue;
    state = event.state;
    if (!entered.has(state)) entered.set(state, Date.parse(event.at));
  }
  const done = events.find((event) => event.type === 'done');
  const error = events.find((event) => event.type === 'error');
  const failedStep = error?.stage === 'failed' ? undefined : error?.stage;
  const reached = BUILD_STEPS.findIndex((name) => name === (failedStep ?? state));
  const order = [...entered];

  const steps = BUILD_STEPS.map((name, index): BuildStep => {
    const place = order.findIndex(([entry]) => entry === name);
    const startedAtMs = order[place]?.[1];
    const endedAtMs = place === -1 ? undefined : order[place + 1]?.[1];
    return {
      name,
      status: statusOf(index, reached, state),
      startedAtMs,
      durationMs: startedAtMs === undefined || endedAtMs === undefined ? undefined : endedAtMs - startedAtMs,
      logs: events.flatMap((event) => (event.type === 'log' && event.stage === name ? [event] : [])),
    };
  });
  return { state, steps, done, error };
}

function statusOf(index: number, reached: number, state: BuildState): StepStatus {
  if (index < reached) return 'done';
  if (index > reached) return 'waiting';
  if (state === 'failed') return 'failed';
  return isFinished(state) ? 'done' : 'current';
}
