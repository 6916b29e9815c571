import { OAuthError } from './oauth-error.ts';

/** Precisely why the token endpoint refuses; for the log and the audit trail. */
export type TokenRefusal =
  | 'unknown'
  | 'replayed'
  | 'expired'
  | 'revoked'
  | 'wrong_client'
  | 'wrong_redirect_uri'
  | 'verifier_missing'
  | 'verifier_mismatch'
  | 'wrong_resource'
  | 'scope_exceeds_grant'
  | 'superseded'
  | 'server_paused'
  | 'server_gone'
  | 'not_a_member';

/** What the caller may learn: enough to start again, nothing about whose code or token it was (RFC 6749 §5.2). */
export function toTokenError(refusal: TokenRefusal): OAuthError {
  switch (refusal) {
    case 'unknown':
    case 'replayed':
    case 'expired':
    case 'revoked':
    case 'wrong_client':
    case 'wrong_redirect_uri':
    case 'verifier_missing':
    case 'verifier_mismatch':
    case 'superseded':
    case 'server_gone':
    case 'not_a_member':
      return new OAuthError('invalid_grant', 'The code or token is not valid, was used before, or was revoked.');
    case 'wrong_resource':
      return new OAuthError('invalid_target', 'The resource is not the one that was authorized.');
    case 'server_paused':
      return new OAuthError('invalid_target', 'The server is not available.');
    case 'scope_exceeds_grant':
      return new OAuthError('invalid_scope', 'The scope is more than what was granted.');
  }
}

/** Whether a refusal means that a code or token is in wrong hands, so that its whole family must die. */
export function revokesFamily(refusal: TokenRefusal): boolean {
  switch (refusal) {
    case 'replayed':
    case 'wrong_client':
    case 'verifier_mismatch':
    case 'superseded':
      return true;
    case 'unknown':
    case 'expired':
    case 'revoked':
    case 'wrong_redirect_uri':
    case 'verifier_missing':
    case 'wrong_resource':
    case 'scope_exceeds_grant':
    case 'server_paused':
    case 'server_gone':
    case 'not_a_member':
      return false;
  }
}
