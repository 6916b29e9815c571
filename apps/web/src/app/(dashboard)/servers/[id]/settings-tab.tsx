'use client';

import type { ServerDetail } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Field } from '@/components/field.tsx';
import { Input, Textarea } from '@/components/input.tsx';
import { Notice } from '@/components/notice.tsx';
import { Panel } from '@/components/panel.tsx';
import { toast } from '@/components/toast.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { useAction } from '@/lib/use-action.ts';

interface SettingsTabProps {
  server: ServerDetail;
  onPauseChanged: () => void;
}

export function SettingsTab({ server, onPauseChanged }: SettingsTabProps) {
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <Details server={server} />
      {server.state !== 'taken_down' && <PauseOrResume server={server} onPauseChanged={onPauseChanged} />}
      <Deletion server={server} />
    </div>
  );
}

function Details({ server }: { server: ServerDetail }) {
  const router = useRouter();
  const [name, setName] = useState(server.name);
  const [description, setDescription] = useState(server.description);
  const changed = name.trim() !== server.name || description.trim() !== server.description;
  const save = useAction(async () => {
    await browserApi.updateServer(server.id, { name, description });
    toast('Saved.');
    router.refresh();
  });
  return (
    <Panel title="Name and description">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Field label="Server name" problem={name.trim() === '' ? 'Enter a name.' : undefined}>
          {(control) => <Input {...control} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label="Server description">
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
          )}
        </Field>
        {save.failure !== undefined && <Notice tone="bad">{save.failure}</Notice>}
        <Button type="submit" className="self-start" busy={save.busy} disabled={!changed || name.trim() === ''}>
          Save
        </Button>
      </form>
    </Panel>
  );
}

function PauseOrResume({ server, onPauseChanged }: SettingsTabProps) {
  const router = useRouter();
  const paused = server.state === 'paused';
  const toggle = useAction(async () => {
    await browserApi.updateServer(server.id, { paused: !paused });
    toast(paused ? 'Resumed.' : 'Paused.');
    onPauseChanged();
    router.refresh();
  });
  return (
    <Panel
      title={paused ? 'Resume' : 'Pause'}
      text={paused ? 'Calls are refused now. Resuming answers them again.' : 'Calls are refused until you resume it.'}
    >
      {toggle.failure !== undefined && <Notice tone="bad">{toggle.failure}</Notice>}
      <Button className="self-start" busy={toggle.busy} onClick={() => toggle.run()}>
        {paused ? 'Resume server' : 'Pause server'}
      </Button>
    </Panel>
  );
}

function Deletion({ server }: { server: ServerDetail }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const remove = useAction(async () => {
    await browserApi.deleteServer(server.id);
    toast(`${server.name} was deleted.`);
    router.push('/dashboard');
    router.refresh();
  });
  return (
    <Panel title="Delete" text="Stops the server and deletes it with its versions. Its slug cannot be used again.">
      <Button tone="danger" className="self-start" onClick={() => setOpen(true)}>
        Delete server
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${server.name}?`}
        description="Clients that use it stop working at once. This cannot be undone."
        action="Delete server"
        danger
        typeToConfirm={{ label: `Type ${server.slug} to confirm`, expected: server.slug }}
        busy={remove.busy}
        failure={remove.failure}
        onConfirm={() => remove.run()}
      />
    </Panel>
  );
}
