/** The product is dark; whoever asks for it gets what the system prefers. */
export const THEMES = ['dark', 'system'] as const;
export type Theme = (typeof THEMES)[number];

/** Read by the server, so that the first paint already has the right colours. */
export const THEME_COOKIE = 'bmm-theme';
export const THEME_COOKIE_SECONDS = 31_536_000;

export function toTheme(value: string | undefined): Theme {
  return value === 'system' ? 'system' : 'dark';
}
