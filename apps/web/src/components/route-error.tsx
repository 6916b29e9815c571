'use client';

import { Button } from './button.tsx';

/** What a section shows when its page broke; the log of web holds the reason under the digest. */
export function RouteError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-4 px-6 py-20 text-center">
      <h1 className="text-base font-semibold">This page could not be shown</h1>
      <p className="text-muted">Try again. If it happens again, tell whoever runs this installation.</p>
      {error.digest !== undefined && <p className="font-mono text-xs text-faint">Reference {error.digest}</p>}
      <Button onClick={reset}>Try again</Button>
    </div>
  );
}
