import { DEFAULT_SCOPE, OFFLINE_SCOPE } from './constants.ts';

/** RFC 8414 §2. `iss` is promised in every authorization response (RFC 9207). */
export function authorizationServerMetadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    registration_endpoint: `${issuer}/oauth/register`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    jwks_uri: `${issuer}/oauth/jwks`,
    scopes_supported: [OFFLINE_SCOPE],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  };
}

/** RFC 9728 §2. `resource` is the install URL to the letter: clients compare it with what the person typed. */
export function protectedResourceMetadata(server: { resource: string; name: string }, issuer: string) {
  return {
    resource: server.resource,
    authorization_servers: [issuer],
    scopes_supported: [DEFAULT_SCOPE],
    bearer_methods_supported: ['header'],
    resource_name: server.name,
  };
}
