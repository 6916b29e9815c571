import { DEFAULT_SCOPE, OFFLINE_SCOPE } from './constants.ts';

const SERVER_SCOPES: ReadonlySet<string> = new Set([DEFAULT_SCOPE]);

/**
 * The scopes that a request asks for: what is missing or empty means the default, and `offline_access` is dropped, since
 * a refresh token is always given. Undefined when a scope is unknown.
 */
export function parseScope(scope: string | undefined): string[] | undefined {
  const asked = new Set((scope ?? '').split(/\s+/).filter((name) => name !== '' && name !== OFFLINE_SCOPE));
  if (asked.size === 0) return [DEFAULT_SCOPE];
  return [...asked].every((name) => SERVER_SCOPES.has(name)) ? [...asked] : undefined;
}

/** What a scope lets a client do, for the person who decides. */
export function describeScope(scope: string): string {
  return scope === DEFAULT_SCOPE ? 'List the tools of this server and call them in your name.' : scope;
}
