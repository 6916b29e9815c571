import type { ToolDefinition } from '@bmm/types';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { cleanJson, stripControlCharacters } from './clean-json.ts';
import { FAILURE_CHARS_MAX, RESULT_CHARS_MAX } from './constants.ts';
import type { OutputChecker } from './output-checker.ts';
import type { ToolCallOutcome } from './tool-outcome.ts';

export function toFailure(message: string): CallToolResult {
  const text = stripControlCharacters(message).slice(0, FAILURE_CHARS_MAX) || 'The tool failed without a message.';
  return { content: [{ type: 'text', text }], isError: true };
}

/**
 * The one mapping from what a tool returned to what a client gets: a string is text; with an output schema the value is
 * also `structuredContent` (MCP 2026-07-28, server/tools, output schema); everything else is its JSON text.
 */
export function toCallToolResult(
  tool: Pick<ToolDefinition, 'name' | 'outputSchema'>,
  checkOutput: OutputChecker,
  outcome: ToolCallOutcome,
): CallToolResult {
  if (!outcome.ok) return toFailure(outcome.message);
  let clean: ReturnType<typeof cleanJson>;
  try {
    clean = cleanJson(outcome.value);
  } catch (error) {
    if (error instanceof RangeError)
      return toFailure(`The tool "${tool.name}" returned a value that nests too deeply.`);
    throw error;
  }
  const { value } = clean;
  const text = typeof value === 'string' ? value : clean.text;
  if (text.length > RESULT_CHARS_MAX) {
    return toFailure(
      `The tool "${tool.name}" returned ${text.length} characters; at most ${RESULT_CHARS_MAX} are passed on. Ask for less.`,
    );
  }
  const content: CallToolResult['content'] = [{ type: 'text', text }];
  if (tool.outputSchema === undefined) return { content };
  const checked = checkOutput(value);
  if (!checked.ok) return toFailure(checked.message);
  return { content, structuredContent: value as NonNullable<CallToolResult['structuredContent']> };
}
