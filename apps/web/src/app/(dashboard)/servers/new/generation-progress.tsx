'use client';

import { useEffect, useRef } from 'react';
import { Button } from '@/components/button.tsx';
import { StateDot } from '@/components/state-dot.tsx';

/** What the model writes, as it writes it. */
export function GenerationProgress({ text, onCancel }: { text: string; onCancel: () => void }) {
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (text !== '') box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text]);
  return (
    <section aria-label="Generation" className="overflow-hidden rounded-lg border border-line bg-raised">
      <div className="flex items-center justify-between gap-3 border-b border-line py-1.5 pl-4 pr-1.5">
        <div role="status">
          <StateDot tone="busy" word="Generating a proposal" />
        </div>
        <Button tone="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <pre
        ref={box}
        className="h-48 overflow-y-auto whitespace-pre-wrap px-4 py-3 font-mono text-xs leading-relaxed text-muted [overflow-wrap:anywhere]"
      >
        {text === '' ? 'Waiting for the first words.' : text}
      </pre>
    </section>
  );
}
