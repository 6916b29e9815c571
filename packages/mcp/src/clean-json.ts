/** Terminal escapes, invisible deletes and the like; a tab and a line feed are text. */
const CONTROL_CHARACTERS = /(?![\t\n])\p{Cc}/gu;
/** The same in serialised JSON, where most of them stand escaped; may also match text that only looks so. */
const CONTROL_IN_JSON = /[\u007f-\u009f]|\\[bfr]|\\u00[01]/;

export const stripControlCharacters = (text: string): string => text.replace(CONTROL_CHARACTERS, '');

export interface CleanJson {
  readonly value: unknown;
  readonly text: string;
}

/**
 * The value without control characters in any string or name, and its JSON text.
 * @throws RangeError when it nests too deeply to be written
 */
export function cleanJson(value: unknown): CleanJson {
  const text = JSON.stringify(value) ?? 'null';
  if (!CONTROL_IN_JSON.test(text)) return { value: value ?? null, text };
  const cleaned = stripDeep(JSON.parse(text));
  return { value: cleaned, text: JSON.stringify(cleaned) };
}

function stripDeep(value: unknown): unknown {
  if (typeof value === 'string') return stripControlCharacters(value);
  if (Array.isArray(value)) return value.map(stripDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [stripControlCharacters(key), stripDeep(child)]),
  );
}
