/**
 * Ties an authorization request to the browser that brought it. Threat: somebody starts a request with their own client,
 * has another person approve it, and would get that person's code; without this cookie the way on is closed.
 */
import { AUTHORIZATION_REQUEST_TTL_MS } from '@bmm/auth';
import { parseCookie, stringifySetCookie } from 'cookie';

interface CookieScope {
  requestId: string;
  /** `__Host-` with Secure: no sibling host can set it. */
  secure: boolean;
}

export function browserCookie(scope: CookieScope, value: string): string {
  return toSetCookie(scope, value, AUTHORIZATION_REQUEST_TTL_MS / 1000);
}

export function expiredBrowserCookie(scope: CookieScope): string {
  return toSetCookie(scope, '', 0);
}

export function readBrowserCookie(scope: CookieScope, header: string | undefined): string | undefined {
  return header === undefined ? undefined : parseCookie(header)[cookieName(scope)];
}

function cookieName({ requestId, secure }: CookieScope): string {
  return `${secure ? '__Host-' : ''}bmm_authz_${requestId}`;
}

function toSetCookie(scope: CookieScope, value: string, maxAge: number): string {
  return stringifySetCookie({
    name: cookieName(scope),
    value,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: scope.secure,
    maxAge,
  });
}
