import type { ToolDefinition } from '@bmm/types';

/** What the annotations of a tool promise, in plain words. */
export function toAnnotationWords(annotations: ToolDefinition['annotations']): readonly string[] {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  const words: string[] = [];
  if (readOnlyHint === true) words.push('Only reads');
  else if (destructiveHint === true) words.push('Can overwrite or delete');
  else if (destructiveHint === false) words.push('Writes, deletes nothing');
  if (readOnlyHint !== true && idempotentHint === true) words.push('Safe to repeat');
  if (openWorldHint === true) words.push('Uses outside services');
  if (openWorldHint === false) words.push('Uses no outside service');
  return words;
}
