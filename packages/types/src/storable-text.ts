/** Text that PostgreSQL can keep: neither NUL nor half of a surrogate pair (each makes `text` or `jsonb` refuse the row). */
export function isStorableText(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}

/** Whether every name and every text in a JSON value can be kept. */
export function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorableText(key) && isStorableJson(child));
}
