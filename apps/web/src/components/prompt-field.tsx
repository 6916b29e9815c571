'use client';

import { PROMPT_CHARS_MAX } from '@bmm/types';
import { useState } from 'react';
import { Field } from './field.tsx';
import { Textarea } from './input.tsx';

interface PromptFieldProps {
  label: string;
  placeholder: string;
  hint: string;
  /** What is missing, said when somebody submits an empty prompt. */
  emptyProblem: string;
  value: string;
  disabled: boolean;
  autoFocus?: boolean;
  onChange: (value: string) => void;
  /** ⌘Enter or Ctrl Enter. */
  onSubmit: () => void;
}

/** A prompt with its count. */
export function PromptField(props: PromptFieldProps) {
  const { label, placeholder, hint, emptyProblem, value, disabled, autoFocus, onChange, onSubmit } = props;
  const [submittedEmpty, setSubmittedEmpty] = useState(false);
  const isEmpty = value.trim() === '';
  const count = value.length.toLocaleString('en');
  const max = PROMPT_CHARS_MAX.toLocaleString('en');
  const tooLong = value.length > PROMPT_CHARS_MAX;
  return (
    <Field
      label={label}
      hint={hint}
      problem={tooLong ? tooLongProblem(value) : isEmpty && submittedEmpty ? emptyProblem : undefined}
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
          onChange={(event) => {
            setSubmittedEmpty(false);
            onChange(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            if (isEmpty) setSubmittedEmpty(true);
            else onSubmit();
          }}
        />
      )}
    </Field>
  );
}

function tooLongProblem(prompt: string): string {
  const max = PROMPT_CHARS_MAX.toLocaleString('en');
  return `A prompt has at most ${max} characters. Shorten it by ${(prompt.length - PROMPT_CHARS_MAX).toLocaleString('en')}.`;
}
