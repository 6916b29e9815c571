import type { BuildEvent, BuildState } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { mergeEvents, toProgress } from './build-progress.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const status = (seq: number, state: BuildState): BuildEvent => ({ type: 'status', seq, at: at(seq), state });
const words = (events: readonly BuildEvent[]) =>
  toProgress(events)
    .steps.map((step) => `${step.name} ${step.status}`)
    .join(', ');

describe('the progress of a build', () => {
  it('marks what is done, what runs and what waits, with the time of each finished step', () => {
    const progress = toProgress([status(1, 'queued'), status(3, 'generating'), status(4, 'checking')]);
    expect(progress.steps.map((step) => [step.status, step.durationMs])).toEqual([
      ['done', 2000],
      ['done', 1000],
      ['current', undefined],
      ['waiting', undefined],
      ['waiting', undefined],
      ['waiting', undefined],
      ['waiting', undefined],
    ]);
  });

  it('marks the step that failed', () => {
    const error: BuildEvent = {
      type: 'error',
      seq: 4,
      at: at(4),
      state: 'failed',
      stage: 'checking',
      code: 'tool_test_failed',
      title: 'A tool failed its test',
      detail: 'The tool failed.',
    };
    const events = [status(1, 'queued'), status(2, 'generating'), status(3, 'checking'), error];
    expect(words(events)).toContain('generating done, checking failed, building waiting');
    expect(toProgress(events).error?.detail).toBe('The tool failed.');
  });

  it('is done to the last step when it is live', () => {
    const done: BuildEvent = { type: 'done', seq: 3, at: at(3), state: 'live', version: 1, mcpUrl: 'http://h/s/a/mcp' };
    const progress = toProgress([status(1, 'queued'), status(2, 'live'), done]);
    expect(progress.steps.every((step) => step.status === 'done')).toBe(true);
    expect(progress.done?.mcpUrl).toBe('http://h/s/a/mcp');
  });

  it('starts again when another worker takes the build over', () => {
    expect(words([status(1, 'queued'), status(2, 'building'), status(3, 'queued')])).toContain(
      'queued current, generating waiting',
    );
  });

  it('keeps each event once and in order, however often it is replayed', () => {
    const [one, two, three] = [status(1, 'queued'), status(2, 'generating'), status(3, 'checking')];
    expect(mergeEvents([one, three], [one, two]).map((event) => event.seq)).toEqual([1, 2, 3]);
    const history = [one, two];
    expect(mergeEvents(history, [two])).toBe(history);
  });
});
