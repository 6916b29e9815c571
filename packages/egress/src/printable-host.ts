import { ROW_HOST_CHARS_MAX } from './constants.ts';

/** A host as it may stand in a log row: no control, format or line separator character survives, and it has an end. */
export function printableHost(text: string): string {
  const cut = text.length > ROW_HOST_CHARS_MAX ? text.slice(0, ROW_HOST_CHARS_MAX) : text;
  const escaped = cut.replace(/[^\x21-\x7e]|\\/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.slice(0, ROW_HOST_CHARS_MAX);
}
