'use client';

import { type FormEvent, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Field } from '@/components/field.tsx';
import { Input } from '@/components/input.tsx';
import { Notice } from '@/components/notice.tsx';
import { requestSignInLink } from '@/lib/sign-in.ts';

interface SignInFormProps {
  next: string;
  linkFailed: boolean;
  isDevelopment: boolean;
}

export function SignInForm({ next, linkFailed, isDevelopment }: SignInFormProps) {
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const address = email.trim();
    if (!/^[^\s@]+@[^\s@]+$/.test(address)) {
      setFailure('Enter an email address, such as name@example.com.');
      return;
    }
    setBusy(true);
    setFailure(undefined);
    const outcome = await requestSignInLink(address, next);
    setBusy(false);
    if (outcome.ok) setSentTo(address);
    else setFailure(outcome.sentence);
  };

  if (sentTo !== undefined)
    return (
      <div className="flex flex-col gap-4" role="status">
        <h1 className="text-xl font-semibold tracking-tight">Check your mail</h1>
        <p className="text-muted">
          {isDevelopment ? 'If mail is set up, a' : 'A'} sign-in link is on its way to{' '}
          <span className="text-text [overflow-wrap:anywhere]">{sentTo}</span>.{' '}
          {isDevelopment
            ? 'In development the link is printed in the terminal where you ran pnpm dev.'
            : 'Open it in this browser.'}
        </p>
        <Button className="self-start" onClick={() => setSentTo(undefined)}>
          Use another address
        </Button>
      </div>
    );

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
      {linkFailed && failure === undefined && (
        <Notice tone="warn">That link has expired or was used before. Ask for a new one.</Notice>
      )}
      <Field
        label="Email address"
        hint="You get a link that signs you in. No password; a new address gets a new account."
        problem={failure}
      >
        {(control) => (
          <Input
            {...control}
            type="email"
            name="email"
            autoComplete="email"
            autoFocus
            placeholder="name@example.com"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" tone="primary" busy={busy}>
        Send sign-in link
      </Button>
    </form>
  );
}
