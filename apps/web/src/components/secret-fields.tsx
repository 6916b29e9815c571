'use client';

import { Field } from './field.tsx';
import { Input } from './input.tsx';

export interface SecretNeed {
  readonly name: string;
  readonly why: string;
  readonly howToGet: string;
  readonly host: string;
  readonly isSet?: boolean;
}

interface SecretFieldsProps {
  secrets: readonly SecretNeed[];
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
}

/** Secrets go in and never come out: a field shows only whether a value is set. */
export function SecretFields({ secrets, values, onChange }: SecretFieldsProps) {
  return (
    <>
      {secrets.map((secret) => (
        <Field
          key={secret.name}
          label={secret.name}
          aside={<span className="text-[13px] text-faint">{secret.isSet === true ? 'Set' : 'Optional now'}</span>}
          hint={
            <>
              {secret.why} {secret.howToGet} It is sent to <span className="font-mono">{secret.host}</span> only.
            </>
          }
        >
          {(control) => (
            <Input
              {...control}
              mono
              type="password"
              autoComplete="off"
              spellCheck={false}
              placeholder={secret.isSet === true ? 'Leave empty to keep the value' : 'Value'}
              value={values[secret.name] ?? ''}
              onChange={(event) => onChange(secret.name, event.target.value)}
            />
          )}
        </Field>
      ))}
    </>
  );
}
