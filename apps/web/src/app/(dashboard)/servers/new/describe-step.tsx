'use client';

import { Button } from '@/components/button.tsx';
import { FailureNotice } from '@/components/failure-notice.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { ModifierKbd } from '@/components/modifier-kbd.tsx';
import { PromptField } from '@/components/prompt-field.tsx';
import { EXAMPLE_PROMPTS } from '@/lib/example-prompts.ts';
import { NO_NETWORK_YET } from '@/lib/network-words.ts';
import { GenerationProgress } from './generation-progress.tsx';
import type { PreviewRun } from './use-preview.ts';

export function DescribeStep({ preview }: { preview: PreviewRun }) {
  const { prompt, setPrompt, progress, failure, canGenerate, generate, cancel } = preview;
  const running = progress !== undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        generate();
      }}
    >
      <PromptField
        label="What should your tool do?"
        placeholder="Name the tools, what each of them takes and answers, and what it must refuse. Leave out passwords and keys; you enter them later."
        hint={NO_NETWORK_YET}
        emptyProblem="Describe what the server should do."
        value={prompt}
        disabled={running}
        autoFocus
        onChange={setPrompt}
        onSubmit={generate}
      />
      {!running && (
        <fieldset className="flex flex-wrap items-center gap-2">
          <legend className="float-left mr-2 text-[13px] text-faint">Examples</legend>
          {EXAMPLE_PROMPTS.map((example) => (
            <button
              key={example.label}
              type="button"
              onClick={() => setPrompt(example.prompt)}
              className="rounded-full border border-line-strong px-2.5 py-0.5 text-[13px] text-muted transition-colors hover:bg-hover hover:text-text"
            >
              {example.label}
            </button>
          ))}
        </fieldset>
      )}
      {failure !== undefined && <FailureNotice failure={failure} path="/servers/new" onRetry={generate} />}
      {running ? (
        <GenerationProgress text={progress} onCancel={cancel} />
      ) : (
        <div className="flex items-center gap-3">
          <Button type="submit" tone="primary" disabled={!canGenerate}>
            Generate
          </Button>
          <span className="hidden items-center gap-1 text-[13px] text-faint sm:inline-flex">
            <ModifierKbd />
            <Kbd>Enter</Kbd>
          </span>
        </div>
      )}
    </form>
  );
}
