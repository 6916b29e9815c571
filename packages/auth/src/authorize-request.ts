import { STATE_CHARS_MAX } from './constants.ts';
import { OAuthError } from './oauth-error.ts';
import { type OAuthParams, repeatedParam, singleParam } from './params.ts';
import { isS256Challenge } from './pkce.ts';
import { isRedirectUriAllowed } from './redirect-uri.ts';
import { parseScope } from './scope.ts';

/** Why no redirect may happen: the answer is a page for the person, never a redirect (RFC 9700 §4.11). */
export type AuthorizePageRefusal = 'unknown_client' | 'redirect_uri_missing' | 'redirect_uri_not_registered';

export interface AuthorizeTarget {
  redirectUri: string;
  state: string | undefined;
}

export interface AuthorizeRequest {
  codeChallenge: string;
  /** As it was sent; the caller compares it with the URLs of servers. */
  resource: string;
  scopes: string[];
}

export function authorizePageText(refusal: AuthorizePageRefusal): string {
  switch (refusal) {
    case 'unknown_client':
      return 'The application that sent you here is not registered. Remove the server in the application and add it again.';
    case 'redirect_uri_missing':
      return 'The application that sent you here did not say, or said more than once, where to go afterwards.';
    case 'redirect_uri_not_registered':
      return 'The application that sent you here wants the answer at an address that it has not registered.';
  }
}

/** First half: where an answer may go. Nothing is sent to a redirect URI before this says so. */
export function parseAuthorizeTarget(
  params: OAuthParams,
  client: { redirectUris: readonly string[] } | undefined,
): AuthorizeTarget | { refusal: AuthorizePageRefusal } {
  if (client === undefined || singleParam(params, 'client_id') === undefined) return { refusal: 'unknown_client' };
  const redirectUri = singleParam(params, 'redirect_uri');
  if (redirectUri === undefined) return { refusal: 'redirect_uri_missing' };
  if (!isRedirectUriAllowed(client.redirectUris, redirectUri)) return { refusal: 'redirect_uri_not_registered' };
  const state = singleParam(params, 'state');
  return { redirectUri, state: state !== undefined && isState(state) ? state : undefined };
}

/**
 * Second half: what is asked for. Errors go to the redirect URI.
 * @throws OAuthError
 */
export function parseAuthorizeRequest(params: OAuthParams): AuthorizeRequest {
  const repeated = repeatedParam(params, ['resource']);
  if (repeated !== undefined) throw new OAuthError('invalid_request', `${safeName(repeated)} was sent more than once.`);
  const one = (name: string) => singleParam(params, name);
  const state = one('state');
  if (state !== undefined && !isState(state))
    throw new OAuthError(
      'invalid_request',
      `state has at most ${STATE_CHARS_MAX} characters and no control characters.`,
    );
  if (params.has('request')) throw new OAuthError('request_not_supported', 'Request objects are not supported.');
  if (params.has('request_uri')) throw new OAuthError('request_uri_not_supported', 'request_uri is not supported.');
  if (one('response_type') === undefined) throw new OAuthError('invalid_request', 'response_type=code is required.');
  if (one('response_type') !== 'code' || (one('response_mode') ?? 'query') !== 'query')
    throw new OAuthError('unsupported_response_type', 'Only response_type=code with response_mode=query is supported.');
  if (one('prompt') === 'none') throw new OAuthError('interaction_required', 'A person must always give consent.');
  const codeChallenge = one('code_challenge');
  if (codeChallenge === undefined || !isS256Challenge(codeChallenge))
    throw new OAuthError('invalid_request', 'A code_challenge of 43 base64url characters is required (PKCE).');
  if (one('code_challenge_method') !== 'S256')
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256.');
  const scopes = parseScope(one('scope'));
  if (scopes === undefined) throw new OAuthError('invalid_scope', 'The server does not know one of the scopes.');
  const resource = one('resource');
  if (resource === undefined)
    throw new OAuthError('invalid_target', 'Send exactly one resource: the URL of the MCP server.');
  return { codeChallenge, resource, scopes };
}

/** RFC 6749 §4.1.2 with `iss` of RFC 9207; the URI was validated, so its own query stays as it was registered. */
export function authorizeResponseUrl(
  redirectUri: string,
  answer: Readonly<Record<string, string | undefined>>,
  issuer: string,
): string {
  const added = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...answer, iss: issuer }))
    if (value !== undefined) added.set(name, value);
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${added.toString()}`;
}

function isState(state: string): boolean {
  return state.length <= STATE_CHARS_MAX && !/\p{Cc}|\p{Cs}/u.test(state);
}

/** RFC 6749 §5.2 limits the characters of a description, and a parameter's name is the sender's. */
function safeName(name: string): string {
  return /^[a-z_]{1,40}$/.test(name) ? name : 'A parameter';
}
