'use client';

import { useRouter } from 'next/navigation';
import { useTransition } from 'react';
import { Button } from './button.tsx';

/** Stands where a page's content would be when it could not be loaded. */
export function LoadFailed({ sentence }: { sentence: string }) {
  const router = useRouter();
  const [busy, startRetry] = useTransition();
  return (
    <div
      role="alert"
      className="flex flex-col items-center gap-4 rounded-lg border border-danger/40 px-6 py-14 text-center"
    >
      <p className="max-w-md text-muted">{sentence}</p>
      <Button busy={busy} onClick={() => startRetry(() => router.refresh())}>
        Try again
      </Button>
    </div>
  );
}
