import type { ReactNode } from 'react';

interface PanelProps {
  title: string;
  text?: string;
  children: ReactNode;
}

/** One matter of a settings page. */
export function Panel({ title, text, children }: PanelProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-4 rounded-lg border border-line bg-raised p-4">
      <div className="flex flex-col gap-0.5">
        <h2 className="text-sm font-semibold">{title}</h2>
        {text !== undefined && <p className="text-sm text-muted">{text}</p>}
      </div>
      {children}
    </section>
  );
}
