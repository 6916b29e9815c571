/** Protocols that run in this page instead of leading away from it. */
const RUNS_HERE = new Set(['javascript:', 'data:', 'vbscript:', 'blob:']);

/** Whether an answer of the authorization server may be navigated to; private schemes of desktop clients may. */
export function isNavigable(target: string): boolean {
  return URL.canParse(target) && !RUNS_HERE.has(new URL(target).protocol);
}
