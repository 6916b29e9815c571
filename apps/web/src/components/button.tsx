import type { ButtonHTMLAttributes } from 'react';
import { classNames } from './class-names.ts';

export type ButtonTone = 'primary' | 'secondary' | 'quiet' | 'danger';

const tones: Record<ButtonTone, string> = {
  primary: 'bg-text text-inverse hover:opacity-90',
  secondary: 'border border-line-strong bg-raised text-text hover:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-text',
  danger: 'border border-danger/50 text-danger hover:bg-danger-wash',
};

/** Classes of a button, for links that look like one. */
export function buttonClasses(tone: ButtonTone = 'secondary'): string {
  return classNames(
    'inline-flex h-9 shrink-0 items-center justify-center gap-2 whitespace-nowrap rounded-md px-3.5 text-sm font-medium transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:opacity-50',
    tones[tone],
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  /** Shows that the action runs and keeps it from running twice. */
  busy?: boolean;
}

export function Button({
  tone = 'secondary',
  busy = false,
  className,
  disabled,
  type = 'button',
  ...props
}: ButtonProps) {
  return (
    <button
      type={type}
      aria-busy={busy || undefined}
      disabled={disabled === true || busy}
      className={classNames(buttonClasses(tone), busy && 'animate-pulse-soft', className)}
      {...props}
    />
  );
}
