/** A slug as somebody types it, with what is certainly meant: lower case, and hyphens for spaces and underscores. */
export function toTypedSlug(typed: string): string {
  return typed.toLowerCase().replace(/[\s_]/g, '-');
}
