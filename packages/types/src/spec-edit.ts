import { z } from 'zod';
import { isDeepStrictEqual } from './deep-equal.ts';
import { AppError } from './errors.ts';
import { type Spec, SpecSchema, ToolSpecSchema } from './spec.ts';
import { validationProblem } from './validation.ts';

const editableToolFields = ['name', 'title', 'description', 'inputSchema', 'outputSchema'] as const;
const editableSpecFields = ['name', 'description'] as const;

const ToolEditSchema = z.strictObject({
  /** Name of the previewed tool that this edit is for; without it, the edit belongs to the tool at the same place. */
  of: z.string().optional(),
  ...ToolSpecSchema.partial().shape,
});

/** What a person may change of a previewed spec before it is built. Fields that cannot be edited may only repeat their value. */
export const SpecEditSchema = z.strictObject({
  name: z.string().optional(),
  description: z.string().optional(),
  tools: z.array(ToolEditSchema).optional(),
  code: z.unknown().optional(),
  secrets: z.unknown().optional(),
  allowedHosts: z.unknown().optional(),
});
export type SpecEdit = z.infer<typeof SpecEditSchema>;

/**
 * Merges an edit into the previewed spec, tool by tool, keeping every implementation, and validates the result again.
 * @throws AppError `tool_count_mismatch`, `validation_failed` (an edit of what cannot be edited) or `spec_invalid`
 */
export function applySpecEdit(spec: Spec, edit: SpecEdit): Spec {
  assertUnchanged('server', spec, edit, [...editableSpecFields, 'tools']);
  const edited = {
    ...spec,
    ...pick(edit, editableSpecFields),
    tools: edit.tools === undefined ? spec.tools : mergeTools(spec.tools, edit.tools),
  };
  const parsed = SpecSchema.safeParse(edited);
  if (!parsed.success) throw validationProblem('spec_invalid', parsed.error);
  return parsed.data;
}

type ToolEdit = z.infer<typeof ToolEditSchema>;

function mergeTools(tools: Spec['tools'], edits: readonly ToolEdit[]): Spec['tools'] {
  if (tools.length !== edits.length) {
    throw new AppError(
      'tool_count_mismatch',
      `The preview has ${tools.length} tools, the edit has ${edits.length}. Tools cannot be added or removed here; generate again or use Iterate.`,
    );
  }
  const targets = edits.map((edit, index) =>
    edit.of === undefined ? index : tools.findIndex((tool) => tool.name === edit.of),
  );
  if (new Set(targets).size !== targets.length || targets.includes(-1)) {
    throw new AppError('tool_count_mismatch', 'The edit does not name each previewed tool exactly once.');
  }
  return tools.map((tool, index) => {
    const edit = edits[targets.indexOf(index)] ?? {};
    const { of: _of, ...fields } = edit;
    assertUnchanged(tool.name, tool, fields, editableToolFields);
    return { ...tool, ...pick(fields, editableToolFields) };
  });
}

function assertUnchanged(where: string, before: object, edit: object, editable: readonly string[]): void {
  for (const [key, value] of Object.entries(edit)) {
    if (value === undefined || editable.includes(key)) continue;
    if (!isDeepStrictEqual((before as Record<string, unknown>)[key], value)) {
      throw new AppError(
        'validation_failed',
        `"${key}" of ${where} cannot be edited here. Create the server and change it with Iterate.`,
      );
    }
  }
}

function pick<T extends object, K extends string>(from: T, keys: readonly K[]): Partial<Record<K, never>> {
  return Object.fromEntries(
    Object.entries(from).filter(([key, value]) => keys.includes(key as K) && value !== undefined),
  ) as Partial<Record<K, never>>;
}
