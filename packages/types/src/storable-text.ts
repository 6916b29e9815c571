/** Text that PostgreSQL can keep: neither NUL nor half of a surrogate pair (each makes `text` or `jsonb` refuse the row). */
export function isStorableText(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}

/**
 * Controls, bidi overrides, invisible and tag characters: with them a name can look like another one, or like none.
 * U+200D stays, since emoji are joined with it.
 */
const DECEPTIVE =
  /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;

/** Whether a person who reads this one line reads what it says. */
export function isPlainLine(text: string): boolean {
  return !DECEPTIVE.test(text);
}

/** Whether every name and every text in a JSON value can be kept. */
export function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorableText(key) && isStorableJson(child));
}
