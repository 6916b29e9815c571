'use client';

import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { Button, buttonClasses } from '@/components/button.tsx';
import { Notice } from '@/components/notice.tsx';
import { signInPath } from '@/lib/safe-next.ts';
import { redeemSignInLink } from '@/lib/sign-in.ts';

/** A plain form that also works without scripts; with them, a link that failed is explained on the spot. */
export function VerifyForm({ token, next }: { token: string; next: string }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    const outcome = await redeemSignInLink(token);
    if (outcome.ok) {
      window.location.assign(next);
      return;
    }
    setBusy(false);
    setFailure(outcome.sentence);
  };

  return (
    <form
      method="get"
      action="/v1/auth/magic-link/verify"
      onSubmit={(event) => void submit(event)}
      className="flex flex-col gap-4"
    >
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="callbackURL" value={next} />
      <input type="hidden" name="errorCallbackURL" value="/sign-in?error=link" />
      <h1 className="text-xl font-semibold tracking-tight">Sign in to BuildMyMCPServer</h1>
      <p className="text-muted">Press the button to finish. If you did not ask to sign in, close this page.</p>
      {failure !== undefined && <Notice tone="bad">{failure}</Notice>}
      {failure === undefined ? (
        <Button type="submit" tone="primary" busy={busy}>
          Sign in
        </Button>
      ) : (
        <Link href={signInPath(next)} className={buttonClasses('primary')}>
          Ask for a new link
        </Link>
      )}
    </form>
  );
}
