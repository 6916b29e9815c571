import { OAuthError } from './oauth-error.ts';
import { type OAuthParams, repeatedParam, singleParam } from './params.ts';
import { isCodeVerifier } from './pkce.ts';

export interface CodeTokenRequest {
  grantType: 'authorization_code';
  clientId: string;
  code: string;
  verifier: string | undefined;
  redirectUri: string | undefined;
  resource: string | undefined;
}

export interface RefreshTokenRequest {
  grantType: 'refresh_token';
  clientId: string;
  refreshToken: string;
  scope: string | undefined;
  resource: string | undefined;
}

const TOKEN_CHARS_MAX = 4096;

/** @throws OAuthError invalid_request, invalid_client, invalid_target, unsupported_grant_type */
export function parseTokenRequest(params: OAuthParams): CodeTokenRequest | RefreshTokenRequest {
  const repeated = repeatedParam(params, ['resource']);
  if (repeated !== undefined) throw new OAuthError('invalid_request', 'A parameter was sent more than once.');
  if ((params.get('resource')?.length ?? 0) > 1) throw new OAuthError('invalid_target', 'Send at most one resource.');
  const one = (name: string) => singleParam(params, name);
  const grantType = one('grant_type');
  if (grantType === undefined) throw new OAuthError('invalid_request', 'grant_type is required.');
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token')
    throw new OAuthError('unsupported_grant_type', 'Only authorization_code and refresh_token are supported.');
  const clientId = parseClientId(params);
  const resource = one('resource');
  if (grantType === 'refresh_token') {
    return { grantType, clientId, refreshToken: requireToken(params, 'refresh_token'), scope: one('scope'), resource };
  }
  const verifier = one('code_verifier');
  if (verifier !== undefined && !isCodeVerifier(verifier))
    throw new OAuthError('invalid_request', 'code_verifier must have 43 to 128 unreserved characters.');
  const code = requireToken(params, 'code');
  return { grantType, clientId, code, verifier, redirectUri: one('redirect_uri'), resource };
}

/** @throws OAuthError invalid_request, invalid_client */
export function parseRevocationRequest(params: OAuthParams): { clientId: string; token: string } {
  return { clientId: parseClientId(params), token: requireToken(params, 'token') };
}

/** Anything that cannot be an id of ours is an unknown client, which tells a client to register again. */
export function isClientId(value: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(value);
}

function parseClientId(params: OAuthParams): string {
  const clientId = singleParam(params, 'client_id');
  if (clientId === undefined) throw new OAuthError('invalid_client', 'client_id is required.');
  if (!isClientId(clientId)) throw new OAuthError('invalid_client', 'The client is not registered.');
  return clientId;
}

function requireToken(params: OAuthParams, name: string): string {
  const value = singleParam(params, name);
  if (value === undefined || value.length > TOKEN_CHARS_MAX)
    throw new OAuthError('invalid_request', `${name} is required.`);
  return value;
}
