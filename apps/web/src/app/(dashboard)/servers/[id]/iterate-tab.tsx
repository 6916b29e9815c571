'use client';

import { PROMPT_CHARS_MAX, type ServerDetail } from '@bmm/types';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Notice } from '@/components/notice.tsx';
import { PromptField } from '@/components/prompt-field.tsx';
import { SecretFields } from '@/components/secret-fields.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { NO_NETWORK_YET } from '@/lib/network-words.ts';
import { useAction } from '@/lib/use-action.ts';

interface IterateTabProps {
  server: ServerDetail;
  isBuilding: boolean;
  onStarted: (buildId: string) => void;
}

export function IterateTab({ server, isBuilding, onStarted }: IterateTabProps) {
  const [prompt, setPrompt] = useState('');
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const iterate = useAction(async () => {
    const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
    const { build } = await browserApi.iterateServer(server.id, {
      prompt: prompt.trim(),
      ...(Object.keys(given).length === 0 ? {} : { secrets: given }),
    });
    setPrompt('');
    setSecrets({});
    onStarted(build.id);
  });
  const allowed = prompt.trim() !== '' && prompt.length <= PROMPT_CHARS_MAX && !isBuilding && !iterate.busy;
  const submit = () => {
    if (allowed) iterate.run();
  };
  return (
    <form
      className="flex max-w-3xl flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <PromptField
        label="What should change?"
        placeholder="Say what to add, change or remove. The version that serves now stays until the new one is live."
        hint={NO_NETWORK_YET}
        emptyProblem="Say what should change."
        value={prompt}
        disabled={iterate.busy}
        onChange={setPrompt}
        onSubmit={submit}
      />
      {server.requiredSecrets.length > 0 && (
        <SecretFields
          secrets={server.requiredSecrets}
          values={secrets}
          onChange={(name, value) => setSecrets((before) => ({ ...before, [name]: value }))}
        />
      )}
      {isBuilding && <Notice>A build is running. The next one can start when it has ended.</Notice>}
      {iterate.failure !== undefined && <Notice tone="bad">{iterate.failure}</Notice>}
      <Button type="submit" tone="primary" className="self-start" busy={iterate.busy} disabled={!allowed}>
        Build new version
      </Button>
    </form>
  );
}
