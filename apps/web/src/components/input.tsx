import type { InputHTMLAttributes, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { classNames } from './class-names.ts';

const control =
  'w-full rounded-md border border-line-strong bg-sunken px-3 text-sm text-text transition-colors hover:border-faint aria-invalid:border-danger disabled:opacity-60 max-sm:text-base';

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  mono?: boolean;
}

export function Input({ className, mono = false, type = 'text', ...props }: InputProps) {
  return <input type={type} className={classNames(control, 'h-9', mono && 'font-mono', className)} {...props} />;
}

interface TextareaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  mono?: boolean;
}

export function Textarea({ className, mono = false, ...props }: TextareaProps) {
  return (
    <textarea
      className={classNames(control, 'py-2 leading-relaxed', mono && 'font-mono text-[13px]', className)}
      {...props}
    />
  );
}

/** The browser's own list of choices; `color-scheme` on the page makes its popup dark too. */
export function Select({ className, ...props }: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select className={classNames(control, 'h-9', className)} {...props} />;
}
