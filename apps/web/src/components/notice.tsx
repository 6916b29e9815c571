import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

const tones = {
  info: 'border-line-strong bg-raised text-muted',
  warn: 'border-warn/40 bg-warn-wash text-warn',
  bad: 'border-danger/40 bg-danger-wash text-danger',
} as const;

interface NoticeProps {
  tone?: keyof typeof tones;
  children: ReactNode;
  action?: ReactNode;
}

/** A sentence about the state of things, with what can be done about it beside it. */
export function Notice({ tone = 'info', children, action }: NoticeProps) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={classNames(
        'flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-md border px-3.5 py-2.5 text-sm',
        tones[tone],
      )}
    >
      <div className="min-w-0 flex-1 basis-64 break-words">{children}</div>
      {action}
    </div>
  );
}
