'use client';

import type { ApiKey, MeResponse } from '@bmm/types';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Panel } from '@/components/panel.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { forgetPrompt } from '@/lib/prompt-draft.ts';
import { signOut } from '@/lib/sign-out.ts';
import type { Theme } from '@/lib/theme.ts';
import { useAction } from '@/lib/use-action.ts';
import { ApiKeys } from './api-keys.tsx';
import { Appearance } from './appearance.tsx';

export function Settings({ me, apiKeys, theme }: { me: MeResponse; apiKeys: readonly ApiKey[]; theme: Theme }) {
  return (
    <div className="flex flex-col gap-4">
      <Panel title="Profile">
        <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[8rem_1fr]">
          <dt className="text-faint">Email address</dt>
          <dd className="[overflow-wrap:anywhere]">{me.user.email}</dd>
          <dt className="text-faint">Organization</dt>
          <dd className="[overflow-wrap:anywhere]">{me.organization.name}</dd>
        </dl>
        <Button className="self-start" onClick={() => void signOut()}>
          Sign out
        </Button>
      </Panel>
      <Appearance chosen={theme} />
      <ApiKeys apiKeys={apiKeys} />
      <DeleteAccount email={me.user.email} />
    </div>
  );
}

function DeleteAccount({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  const remove = useAction(async () => {
    await browserApi.deleteAccount(email);
    forgetPrompt();
    window.location.assign('/');
  });
  return (
    <Panel title="Delete account" text="Deletes your account, your servers and your keys.">
      <Button tone="danger" className="self-start" onClick={() => setOpen(true)}>
        Delete account
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Delete your account?"
        description="Your servers stop at once and are deleted. This cannot be undone."
        action="Delete account"
        danger
        typeToConfirm={{ label: `Type ${email} to confirm`, expected: email }}
        busy={remove.busy}
        failure={remove.failure}
        onConfirm={() => remove.run()}
      />
    </Panel>
  );
}
