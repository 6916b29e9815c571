import { type JsonObject, type Spec, type SpecEdit, ToolInputSchema, ToolNameSchema } from '@bmm/types';

/** A proposed tool while a person edits it; the schema is text until it parses. */
export interface ToolDraft {
  readonly of: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly schemaText: string;
}
export type ToolDraftProblems = Partial<Record<'name' | 'title' | 'description' | 'schemaText', string>>;

export function toDraft(tool: Spec['tools'][number]): ToolDraft {
  const { name, title, description, inputSchema } = tool;
  return { of: name, name, title, description, schemaText: JSON.stringify(inputSchema, null, 2) };
}

export function isDirty(draft: ToolDraft, tool: Spec['tools'][number]): boolean {
  const suggestion = toDraft(tool);
  return (['name', 'title', 'description', 'schemaText'] as const).some((key) => draft[key] !== suggestion[key]);
}

export function parseSchemaText(text: string): { schema: JsonObject } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `This is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.` };
  }
  const parsed = ToolInputSchema.safeParse(value);
  if (parsed.success) return { schema: parsed.data };
  return { problem: parsed.error.issues[0]?.message ?? 'This is not a JSON Schema of an object.' };
}

export function draftProblems(draft: ToolDraft, all: readonly ToolDraft[]): ToolDraftProblems {
  const problems: ToolDraftProblems = {};
  const name = ToolNameSchema.safeParse(draft.name);
  if (draft.name === '') problems.name = 'Enter a name.';
  else if (!name.success) problems.name = name.error.issues[0]?.message ?? 'This name cannot be used.';
  else if (all.filter((other) => other.name === draft.name).length > 1) problems.name = 'Another tool has this name.';
  if (draft.title.trim() === '') problems.title = 'Enter a title.';
  if (draft.description.trim() === '') problems.description = 'Enter a description; models choose tools by it.';
  const schema = parseSchemaText(draft.schemaText);
  if ('problem' in schema) problems.schemaText = schema.problem;
  return problems;
}

/** The edit to send: undefined when nothing was changed, else every tool, each with only what differs. */
export function toSpecEdit(spec: Spec, drafts: readonly ToolDraft[]): SpecEdit | undefined {
  if (!spec.tools.some((tool, index) => isDirtyAt(drafts, index, tool))) return undefined;
  return {
    tools: spec.tools.map((tool, index) => {
      const draft = drafts[index] ?? toDraft(tool);
      const suggestion = toDraft(tool);
      const schema = parseSchemaText(draft.schemaText);
      return {
        of: tool.name,
        ...(draft.name === tool.name ? {} : { name: draft.name }),
        ...(draft.title === tool.title ? {} : { title: draft.title }),
        ...(draft.description === tool.description ? {} : { description: draft.description }),
        ...(draft.schemaText === suggestion.schemaText || 'problem' in schema ? {} : { inputSchema: schema.schema }),
      };
    }),
  };
}

function isDirtyAt(drafts: readonly ToolDraft[], index: number, tool: Spec['tools'][number]): boolean {
  const draft = drafts[index];
  return draft !== undefined && isDirty(draft, tool);
}
