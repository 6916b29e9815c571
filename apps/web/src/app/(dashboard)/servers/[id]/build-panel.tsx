'use client';

import type { ServerDetail } from '@bmm/types';
import { useEffect, useState } from 'react';
import { BuildSteps } from '@/components/build-steps.tsx';
import { Button } from '@/components/button.tsx';
import { Notice } from '@/components/notice.tsx';
import { StateDot } from '@/components/state-dot.tsx';
import { toFailure } from '@/lib/api-error.ts';
import { browserApi } from '@/lib/browser-api.ts';
import { type BuildProgress, toProgress } from '@/lib/build-progress.ts';
import { isServing } from '@/lib/is-serving.ts';
import { useBuild } from './use-build.ts';

const TICK_MS = 500;

interface BuildPanelProps {
  buildId: string;
  /** As the page shows it; the panel claims nothing about it that the page denies. */
  server: ServerDetail;
  onFinished: () => void;
  onClose: () => void;
  onIterate: () => void;
}

/** A build as it happens; after a reload it shows the same history again. */
export function BuildPanel({ buildId, server, onFinished, onClose, onIterate }: BuildPanelProps) {
  const { events, connection } = useBuild(buildId, onFinished);
  const progress = toProgress(events);
  const isOver = progress.done !== undefined || progress.error !== undefined;
  const serves = progress.done !== undefined && isServing(progress.done.version, server);
  const nowMs = useNow(!isOver && connection !== 'gone');
  if (connection === 'gone')
    return (
      <Notice action={<Button onClick={onClose}>Close</Button>}>
        This build cannot be shown: it does not exist, or you are signed out.
      </Notice>
    );
  return (
    <section aria-label="Build" className="flex flex-col gap-4 rounded-lg border border-line-strong bg-raised p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div aria-live="polite" role="status">
          <BuildHeadline progress={progress} serves={serves} />
        </div>
        {isOver ? (
          <Button tone="quiet" onClick={onClose}>
            Close
          </Button>
        ) : (
          <CancelBuild buildId={buildId} />
        )}
      </div>
      {!isOver && connection === 'waiting' && (
        <Notice tone="warn">The connection was lost. The build goes on; this page connects again by itself.</Notice>
      )}
      <BuildSteps steps={progress.steps} nowMs={nowMs} />
      {progress.done !== undefined && serves && (
        <p className="border-t border-line pt-4 text-sm text-muted">
          Version {progress.done.version} is live at{' '}
          <code className="font-mono text-[13px] text-text [overflow-wrap:anywhere]">{progress.done.mcpUrl}</code>.
          Connect a client below.
        </p>
      )}
      {progress.error !== undefined && (
        <Notice tone="bad" action={<Button onClick={onIterate}>Change it with Iterate</Button>}>
          <strong className="font-medium">{progress.error.title}.</strong> {progress.error.detail}
        </Notice>
      )}
    </section>
  );
}

function BuildHeadline({ progress, serves }: { progress: BuildProgress; serves: boolean }) {
  if (progress.state === 'live')
    return <StateDot tone="good" word={serves ? 'Build finished: live' : 'Build finished'} />;
  if (progress.state === 'failed')
    return (
      <StateDot tone="bad" word={progress.error?.code === 'build_cancelled' ? 'Build cancelled' : 'Build failed'} />
    );
  return <StateDot tone="busy" word={`Build: ${progress.state}`} />;
}

function CancelBuild({ buildId }: { buildId: string }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const cancel = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      // The button stays busy: the build's own last event ends it.
      await browserApi.cancelBuild(buildId);
    } catch (error) {
      setBusy(false);
      setFailure(toFailure(error).sentence);
    }
  };
  return (
    <div className="flex items-center gap-2">
      {failure !== undefined && (
        <span role="alert" className="text-[13px] text-danger">
          {failure}
        </span>
      )}
      <Button tone="quiet" busy={busy} onClick={() => void cancel()}>
        {busy ? 'Cancelling' : 'Cancel build'}
      </Button>
    </div>
  );
}

function useNow(ticking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [ticking]);
  return nowMs;
}
