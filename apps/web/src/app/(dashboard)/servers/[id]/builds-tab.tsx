'use client';

import { type BuildSummary, isFinished } from '@bmm/types';
import { Button } from '@/components/button.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { StateDot } from '@/components/state-dot.tsx';
import { toDurationText } from '@/lib/relative-time.ts';
import type { Tone } from '@/lib/server-state.ts';

interface BuildsTabProps {
  builds: readonly BuildSummary[];
  onShow: (buildId: string) => void;
}

export function BuildsTab({ builds, onShow }: BuildsTabProps) {
  if (builds.length === 0) return <p className="text-muted">There were no builds yet.</p>;
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {builds.map((build) => (
        <li key={build.id} className="flex flex-wrap items-start justify-between gap-3 px-4 py-3">
          <div className="flex min-w-0 flex-1 basis-72 flex-col gap-1">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-faint">
              <StateDot tone={toneOf(build)} word={build.state} />
              <span>{build.kind === 'create' ? 'First build' : 'Iteration'}</span>
              {build.version !== null && <span>Version {build.version}</span>}
              <RelativeTime at={build.createdAt} />
              {build.finishedAt !== null && (
                <span>{toDurationText(Date.parse(build.finishedAt) - Date.parse(build.createdAt))}</span>
              )}
            </div>
            {build.prompt !== null && <p className="line-clamp-2 text-sm text-muted">{build.prompt}</p>}
            {build.error !== null && <p className="text-[13px] text-danger">{build.error.detail}</p>}
          </div>
          <Button
            onClick={() => {
              onShow(build.id);
              window.scrollTo({ top: 0 });
            }}
          >
            Show steps
          </Button>
        </li>
      ))}
    </ul>
  );
}

function toneOf({ state }: BuildSummary): Tone {
  if (!isFinished(state)) return 'busy';
  return state === 'live' ? 'good' : 'bad';
}
