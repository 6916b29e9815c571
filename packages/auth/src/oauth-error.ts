/** Error codes of RFC 6749, 7009, 7591, 8707 and OpenID Connect that this server gives. */
const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  interaction_required: 400,
  access_denied: 403,
  temporarily_unavailable: 429,
  server_error: 500,
} as const;

export type OAuthErrorCode = keyof typeof STATUS;

/** What an OAuth client may learn of a failure; the description is public by construction. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string, options?: ErrorOptions) {
    super(description, options);
    this.code = code;
  }
}

export interface OAuthErrorAnswer {
  status: number;
  body: { error: OAuthErrorCode; error_description: string };
}

/** Maps any error to the JSON of RFC 6749 §5.2; what is not ours becomes `server_error` without a detail. */
export function toOAuthErrorAnswer(error: unknown): OAuthErrorAnswer {
  if (!(error instanceof OAuthError))
    return { status: 500, body: { error: 'server_error', error_description: 'Something went wrong on our side.' } };
  return { status: STATUS[error.code], body: { error: error.code, error_description: error.message } };
}
