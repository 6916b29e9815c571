'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { classNames } from './class-names.ts';

const SHOWN_MS = 2_000;

interface CopyButtonProps {
  value: string;
  /** What is copied, for the accessible name: "Copy MCP URL". */
  what: string;
  className?: string;
}

export function CopyButton({ value, what, className }: CopyButtonProps) {
  const [result, setResult] = useState<'copied' | 'refused'>();
  useEffect(() => {
    if (result === undefined) return;
    const timer = setTimeout(() => setResult(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setResult('copied'),
      () => setResult('refused'),
    );
  const words = result === 'copied' ? 'Copied' : result === 'refused' ? 'Select it and copy' : 'Copy';
  return (
    <>
      <button
        type="button"
        aria-label={`Copy ${what}`}
        onClick={() => void copy()}
        className={classNames(
          'inline-flex h-7 shrink-0 items-center gap-1.5 rounded px-2 text-[13px] text-muted transition-colors hover:bg-hover hover:text-text',
          className,
        )}
      >
        {result === 'copied' ? (
          <Check aria-hidden="true" className="size-3.5 text-accent" />
        ) : (
          <Copy aria-hidden="true" className="size-3.5" />
        )}
        <span aria-hidden="true">{words}</span>
      </button>
      <span role="status" className="sr-only">
        {result === undefined ? '' : words}
      </span>
    </>
  );
}
