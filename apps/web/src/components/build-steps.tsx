import { Check, X } from 'lucide-react';
import type { BuildStep, StepStatus } from '@/lib/build-progress.ts';
import { toDurationText } from '@/lib/relative-time.ts';
import { classNames } from './class-names.ts';

const statusWords: Record<StepStatus, string> = {
  waiting: 'waiting',
  current: 'running',
  done: 'done',
  failed: 'failed',
};

interface BuildStepsProps {
  steps: readonly BuildStep[];
  /** The time that a running step is measured against. */
  nowMs: number;
}

/** The steps of a build with their times and what each of them logged. */
export function BuildSteps({ steps, nowMs }: BuildStepsProps) {
  return (
    <ol className="flex flex-col" aria-label="Build steps">
      {steps.map((step) => (
        <li
          key={step.name}
          data-step={step.name}
          data-status={step.status}
          className="grid grid-cols-[1.25rem_1fr] gap-x-2.5"
        >
          <Mark status={step.status} />
          <div className="min-w-0 pb-2.5">
            <div className="flex items-baseline justify-between gap-3">
              <span className={classNames('font-mono text-[13px]', step.status === 'waiting' && 'text-faint')}>
                {step.name}
                <span className="sr-only">: {statusWords[step.status]}</span>
              </span>
              <span className="font-mono text-xs tabular-nums text-faint">{timeOf(step, nowMs)}</span>
            </div>
            {step.logs.length > 0 && (
              <ul className="mt-1 flex flex-col gap-0.5 border-l border-line pl-3 font-mono text-xs leading-relaxed text-muted">
                {step.logs.map((log) => (
                  <li
                    key={log.seq}
                    className={classNames('[overflow-wrap:anywhere]', log.level === 'warn' && 'text-warn')}
                  >
                    {log.level === 'warn' ? `warning: ${log.message}` : log.message}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}

function timeOf({ name, status, durationMs, startedAtMs }: BuildStep, nowMs: number): string {
  if (name === 'live') return '';
  if (durationMs !== undefined) return toDurationText(durationMs);
  if (status === 'current' && startedAtMs !== undefined) return toDurationText(nowMs - startedAtMs);
  return '';
}

function Mark({ status }: { status: StepStatus }) {
  if (status === 'done') return <Check aria-hidden="true" className="mt-0.5 size-4 text-accent" />;
  if (status === 'failed') return <X aria-hidden="true" className="mt-0.5 size-4 text-danger" />;
  return (
    <span
      aria-hidden="true"
      className={classNames(
        'ml-1 mt-1.5 size-2 rounded-full',
        status === 'current' ? 'animate-pulse-soft bg-text' : 'border border-line-strong',
      )}
    />
  );
}
