'use client';

import type { PreviewResponse } from '@bmm/types';
import { Button } from '@/components/button.tsx';
import { FailureNotice } from '@/components/failure-notice.tsx';
import { Field } from '@/components/field.tsx';
import { Input } from '@/components/input.tsx';
import { Notice } from '@/components/notice.tsx';
import { SecretFields } from '@/components/secret-fields.tsx';
import { HOSTS_FAIL_YET } from '@/lib/network-words.ts';
import { ToolEditor } from './tool-editor.tsx';
import { useCreateServer } from './use-create-server.ts';

interface ReviewStepProps {
  preview: PreviewResponse;
  onBack: () => void;
  onGenerateAgain: () => void;
}

export function ReviewStep({ preview, onBack, onGenerateAgain }: ReviewStepProps) {
  const { spec, source } = preview;
  const form = useCreateServer(preview);
  return (
    <form
      className="flex flex-col gap-8"
      onSubmit={(event) => {
        event.preventDefault();
        form.create();
      }}
    >
      {source === 'mock' && (
        <Notice tone="warn">No model key is set, so this is the built-in example spec: two tools, echo and now.</Notice>
      )}

      <section className="flex flex-col gap-4">
        {source !== 'mock' && <p className="text-muted">{spec.description}</p>}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" problem={form.problems.name}>
            {(control) => (
              <Input {...control} value={form.name} onChange={(event) => form.setName(event.target.value)} />
            )}
          </Field>
          <Field
            label="Slug"
            problem={form.problems.slug}
            hint="Letters a–z, digits and hyphens. It cannot be changed, or used again after deletion."
          >
            {(control) => (
              <Input
                {...control}
                mono
                value={form.slug}
                autoCapitalize="none"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => form.setSlug(event.target.value)}
              />
            )}
          </Field>
        </div>
      </section>

      <section className="flex flex-col gap-4" aria-labelledby="tools">
        <h2 id="tools" className="text-base font-semibold">
          Tools ({spec.tools.length})
        </h2>
        {spec.tools.map((tool, index) => {
          const draft = form.drafts[index];
          return draft === undefined ? null : (
            <ToolEditor
              key={tool.name}
              tool={tool}
              draft={draft}
              problems={form.problems.tools[index] ?? {}}
              onChange={(changed) => form.setDraft(index, changed)}
            />
          );
        })}
        <p className="text-[13px] text-muted">
          {spec.allowedHosts.length === 0 ? (
            'This server talks to no host.'
          ) : (
            <>
              This server talks to <span className="font-mono text-text">{spec.allowedHosts.join(', ')}</span>.{' '}
              {HOSTS_FAIL_YET}
            </>
          )}
        </p>
      </section>

      {spec.secrets.length > 0 && (
        <section className="flex flex-col gap-4" aria-labelledby="secrets">
          <h2 id="secrets" className="text-base font-semibold">
            Secrets
          </h2>
          <SecretFields secrets={spec.secrets} values={form.secrets} onChange={form.setSecret} />
        </section>
      )}

      {form.failure !== undefined && (
        <FailureNotice
          failure={form.failure}
          path="/servers/new"
          onRetry={form.create}
          onGenerateAgain={onGenerateAgain}
        />
      )}
      <div className="flex flex-wrap items-center gap-2 border-t border-line pt-5">
        <Button type="submit" tone="primary" busy={form.busy} disabled={!form.isValid}>
          Create server
        </Button>
        <Button tone="quiet" onClick={onBack} disabled={form.busy}>
          Back to the prompt
        </Button>
        {!form.isValid && <span className="text-[13px] text-danger">Correct the marked fields first.</span>}
      </div>
    </form>
  );
}
