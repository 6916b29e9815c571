import type { ReactNode } from 'react';

/** One sentence and one action, where there is nothing yet. */
export function EmptyState({ sentence, children }: { sentence: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 rounded-lg border border-dashed border-line-strong px-6 py-14 text-center">
      <p className="max-w-md text-balance text-muted">{sentence}</p>
      {children}
    </div>
  );
}
