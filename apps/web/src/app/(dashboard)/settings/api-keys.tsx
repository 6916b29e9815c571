'use client';

import type { ApiKey } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { CodeBlock } from '@/components/code-block.tsx';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Field } from '@/components/field.tsx';
import { Input } from '@/components/input.tsx';
import { Panel } from '@/components/panel.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { toast } from '@/components/toast.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { useAction } from '@/lib/use-action.ts';

export function ApiKeys({ apiKeys }: { apiKeys: readonly ApiKey[] }) {
  const router = useRouter();
  const [revoking, setRevoking] = useState<ApiKey>();
  // Stands in the list at once; the page's own data follows with the refresh.
  const [made, setMade] = useState<readonly ApiKey[]>([]);
  const shown = [...made.filter((key) => !apiKeys.some(({ id }) => id === key.id)), ...apiKeys];
  const revoke = useAction(async (key: ApiKey) => {
    await browserApi.deleteApiKey(key.id);
    setRevoking(undefined);
    setMade((keys) => keys.filter(({ id }) => id !== key.id));
    toast(`The key "${key.name}" was revoked.`);
    router.refresh();
  });
  return (
    <Panel title="API keys" text="For programs that use the API in your name: Authorization: Bearer bmm_…">
      <CreateKey
        onCreated={(key) => {
          setMade((keys) => [key, ...keys]);
          router.refresh();
        }}
      />
      {shown.length === 0 ? (
        <p className="text-sm text-muted">There are no keys.</p>
      ) : (
        <ul className="divide-y divide-line rounded-md border border-line">
          {shown.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center justify-between gap-3 px-3 py-2">
              <div className="min-w-0">
                <p className="[overflow-wrap:anywhere]">{key.name}</p>
                <p className="text-[13px] text-faint">
                  <span className="font-mono">{key.prefix}…</span> · created <RelativeTime at={key.createdAt} /> ·{' '}
                  {key.lastUsedAt === null ? (
                    'never used'
                  ) : (
                    <>
                      last used <RelativeTime at={key.lastUsedAt} />
                    </>
                  )}
                </p>
              </div>
              <Button tone="quiet" aria-label={`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => {
          if (!open) setRevoking(undefined);
        }}
        title={`Revoke "${revoking?.name ?? ''}"?`}
        description="Programs that use it are refused at once."
        action="Revoke key"
        danger
        busy={revoke.busy}
        failure={revoke.failure}
        onConfirm={() => {
          if (revoking !== undefined) revoke.run(revoking);
        }}
      />
    </Panel>
  );
}

function CreateKey({ onCreated }: { onCreated: (key: ApiKey) => void }) {
  const [name, setName] = useState('');
  const [created, setCreated] = useState<string>();
  const create = useAction(async () => {
    const { apiKey, key } = await browserApi.createApiKey(name.trim());
    setCreated(key);
    setName('');
    onCreated(apiKey);
  });
  return (
    <>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <Field label="Key name" problem={create.failure} className="flex-1">
          {(control) => (
            <Input
              {...control}
              placeholder="What the key is for"
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={create.busy} disabled={name.trim() === ''}>
          Create key
        </Button>
      </form>
      {created !== undefined && (
        <div role="status" className="flex flex-col gap-2">
          <p className="text-sm text-warn">Copy the key now. It is shown only this once.</p>
          <CodeBlock label="API key" code={created} />
        </div>
      )}
    </>
  );
}
