'use client';

import { Button } from './button.tsx';

interface OfflineBannerProps {
  reason: 'network' | 'server';
  busy: boolean;
  onRetry: () => void;
}

export function OfflineBanner({ reason, busy, onRetry }: OfflineBannerProps) {
  return (
    <div role="alert" className="border-b border-warn/40 bg-warn-wash">
      <div className="mx-auto flex max-w-5xl flex-wrap items-center justify-between gap-2 px-4 py-2 text-sm text-warn">
        <p>
          {reason === 'network'
            ? 'You are offline. What you typed is kept; changes cannot be saved until you are back.'
            : 'The server cannot be reached. What you typed is kept.'}
        </p>
        <Button busy={busy} onClick={onRetry}>
          Try again
        </Button>
      </div>
    </div>
  );
}
