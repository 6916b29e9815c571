import type { ToolDefinition } from '@bmm/types';
import { TimeUpError } from './bounded-run.ts';
import { compileJsonSchema } from './json-schema-check.ts';

export type OutputCheck = { readonly ok: true } | { readonly ok: false; readonly message: string };
/** Decides whether what a tool returned fits its output schema; without a schema everything does. */
export type OutputChecker = (value: unknown) => OutputCheck;

type ToolWithOutput = Pick<ToolDefinition, 'name' | 'outputSchema'>;

/**
 * Compiles a tool's output schema once, for many checks.
 * @throws Error when the schema itself is not usable
 */
export function createOutputChecker(tool: ToolWithOutput): OutputChecker {
  if (tool.outputSchema === undefined) return () => ({ ok: true });
  const check = compileJsonSchema(tool.outputSchema);
  return (value) => {
    const problem = check(value ?? null);
    if (problem === undefined) return { ok: true };
    return {
      ok: false,
      message: `The tool "${tool.name}" returned a value that breaks its output schema: ${problem}.`,
    };
  };
}

/** Checks one value; compile the checker instead where there are several. */
export function checkToolOutput(tool: ToolWithOutput, value: unknown): OutputCheck {
  try {
    return createOutputChecker(tool)(value);
  } catch (error) {
    if (!(error instanceof TimeUpError)) throw error;
    return { ok: false, message: `The output schema of the tool "${tool.name}" is too complex.` };
  }
}
