'use client';

import { PROMPT_CHARS_MAX } from '@bmm/types';
import { Field } from './field.tsx';
import { Textarea } from './input.tsx';

interface PromptFieldProps {
  label: string;
  placeholder: string;
  value: string;
  disabled: boolean;
  autoFocus?: boolean;
  onChange: (value: string) => void;
  /** ⌘Enter or Ctrl Enter. */
  onSubmit: () => void;
}

/** A prompt with its count. */
export function PromptField({ label, placeholder, value, disabled, autoFocus, onChange, onSubmit }: PromptFieldProps) {
  const count = value.length.toLocaleString('en');
  const max = PROMPT_CHARS_MAX.toLocaleString('en');
  const tooLong = value.length > PROMPT_CHARS_MAX;
  return (
    <Field
      label={label}
      problem={
        tooLong
          ? `A prompt has at most ${max} characters. Shorten it by ${(value.length - PROMPT_CHARS_MAX).toLocaleString('en')}.`
          : undefined
      }
      aside={
        <span className="font-mono text-xs tabular-nums text-faint">
          {count} / {max}
        </span>
      }
    >
      {(control) => (
        <Textarea
          {...control}
          rows={7}
          value={value}
          autoFocus={autoFocus}
          readOnly={disabled}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            onSubmit();
          }}
        />
      )}
    </Field>
  );
}
