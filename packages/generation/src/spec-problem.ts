import type { ErrorCode, FieldProblem } from '@bmm/types';
import { AppError, type Spec } from '@bmm/types';
import type { z } from 'zod';
import { PROBLEMS_MAX } from './constants.ts';
import { toShortSentence } from './short-sentence.ts';

/** Either a spec that passed every check, or why it did not. */
export type CheckedSpec =
  | { readonly spec: Spec }
  | { readonly code: 'spec_invalid' | 'spec_too_large'; readonly problems: readonly FieldProblem[] };

/** Says which tool a schema's finding belongs to, by its name where it has one. */
export function toProblems(error: z.core.$ZodError, input: unknown): FieldProblem[] {
  return error.issues.slice(0, PROBLEMS_MAX).map((issue) => {
    const path = issue.path.map(String).join('.');
    const [root, index, ...field] = issue.path;
    const name = root === 'tools' && typeof index === 'number' ? toolNameAt(input, index) : undefined;
    if (name === undefined)
      return { path, message: toShortSentence(path === '' ? issue.message : `${path}: ${issue.message}`) };
    const where = field.length === 0 ? '' : `${field.map(String).join('.')}: `;
    return { path, message: toShortSentence(`Tool "${name}": ${where}${issue.message}`) };
  });
}

function toolNameAt(input: unknown, index: number): string | undefined {
  const tools: unknown = typeof input === 'object' && input !== null && 'tools' in input ? input.tools : undefined;
  const tool: unknown = Array.isArray(tools) ? tools[index] : undefined;
  if (typeof tool !== 'object' || tool === null || !('name' in tool) || typeof tool.name !== 'string') return undefined;
  return tool.name.slice(0, 64);
}

export function toSentence(problems: readonly FieldProblem[]): string {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${problems[0]?.message ?? 'The spec is not valid.'}${more}`;
}

export function specProblemError(code: ErrorCode, problems: readonly FieldProblem[]): AppError {
  return new AppError(code, toSentence(problems), { extensions: { fields: problems } });
}
