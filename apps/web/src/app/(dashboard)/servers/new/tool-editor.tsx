'use client';

import type { ToolSpec } from '@bmm/types';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Field } from '@/components/field.tsx';
import { Input, Textarea } from '@/components/input.tsx';
import { SchemaTable } from '@/components/schema-table.tsx';
import { ToolFacts } from '@/components/tool-facts.tsx';
import { isDirty, parseSchemaText, type ToolDraft, type ToolDraftProblems, toDraft } from '@/lib/spec-draft.ts';

interface ToolEditorProps {
  tool: ToolSpec;
  draft: ToolDraft;
  problems: ToolDraftProblems;
  onChange: (draft: ToolDraft) => void;
}

/** One proposed tool: readable first, editable on request. */
export function ToolEditor({ tool, draft, problems, onChange }: ToolEditorProps) {
  const [editing, setEditing] = useState(false);
  const dirty = isDirty(draft, tool);
  const parsed = parseSchemaText(draft.schemaText);
  const hasProblem = Object.keys(problems).length > 0;
  return (
    <article
      aria-label={`Tool ${tool.name}`}
      className="flex flex-col gap-3 rounded-lg border border-line bg-raised p-4"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-3">
          <h3 className="font-mono text-sm font-medium [overflow-wrap:anywhere]">{draft.name}</h3>
          <span className="text-sm text-muted">{draft.title}</span>
          {dirty && <span className="text-[13px] text-warn">edited</span>}
        </div>
        <div className="flex gap-1">
          {dirty && (
            <Button tone="quiet" onClick={() => onChange(toDraft(tool))}>
              Reset to suggestion
            </Button>
          )}
          <Button
            tone="quiet"
            aria-expanded={editing}
            aria-label={`${editing ? 'Close' : 'Edit'} ${tool.name}`}
            disabled={editing && hasProblem}
            onClick={() => setEditing(!editing)}
          >
            {editing ? 'Done' : 'Edit'}
          </Button>
        </div>
      </div>
      {editing ? (
        <ToolFields draft={draft} problems={problems} onChange={onChange} />
      ) : (
        <p className="whitespace-pre-line text-sm text-muted">{draft.description}</p>
      )}
      <ToolFacts annotations={tool.annotations} hosts={tool.hosts} />
      {'schema' in parsed && <SchemaTable schema={parsed.schema} caption={`Inputs of ${draft.name}`} />}
    </article>
  );
}

function ToolFields({ draft, problems, onChange }: Omit<ToolEditorProps, 'tool'>) {
  return (
    <div className="flex flex-col gap-4 border-y border-line py-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Tool name" problem={problems.name}>
          {(control) => (
            <Input
              {...control}
              mono
              spellCheck={false}
              value={draft.name}
              onChange={(event) => onChange({ ...draft, name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Title" problem={problems.title}>
          {(control) => (
            <Input
              {...control}
              value={draft.title}
              onChange={(event) => onChange({ ...draft, title: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field
        label="Description"
        problem={problems.description}
        hint="Models decide by this text when to call the tool."
      >
        {(control) => (
          <Textarea
            {...control}
            rows={3}
            value={draft.description}
            onChange={(event) => onChange({ ...draft, description: event.target.value })}
          />
        )}
      </Field>
      <Field label="Input schema (JSON)" problem={problems.schemaText}>
        {(control) => (
          <Textarea
            {...control}
            mono
            rows={10}
            spellCheck={false}
            value={draft.schemaText}
            onChange={(event) => onChange({ ...draft, schemaText: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
