const fallback = '/dashboard';
const base = 'http://web.invalid';

/** The path to go to after sign-in; anything that could lead to another site becomes the dashboard. */
export function safeNext(next: string | string[] | undefined): string {
  if (typeof next !== 'string' || !next.startsWith('/') || next.includes('\\') || !URL.canParse(next, base))
    return fallback;
  const url = new URL(next, base);
  // `//host` and `/<tab>/host` are absolute for a browser.
  if (url.origin !== base || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}`;
}

export function signInPath(next: string): string {
  return `/sign-in?next=${encodeURIComponent(next)}`;
}
