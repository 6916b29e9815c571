/** Who has to act: the caller, a service that we call, or us. Decides the log level (info, warn, error). */
export type Fault = 'client' | 'upstream' | 'ours';

export interface ErrorDefinition {
  readonly status: number;
  readonly title: string;
  readonly fault: Fault;
  /** JSON-RPC 2.0 error number for the same failure on an MCP wire. */
  readonly rpc: number;
}

const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;
const INVALID_REQUEST = -32600;
const PARSE_ERROR = -32700;
const METHOD_NOT_FOUND = -32601;

const client = (status: number, title: string, rpc = INVALID_PARAMS) =>
  ({ status, title, fault: 'client', rpc }) as const;
const upstream = (status: number, title: string) =>
  ({ status, title, fault: 'upstream', rpc: INTERNAL_ERROR }) as const;
const ours = (status: number, title: string) => ({ status, title, fault: 'ours', rpc: INTERNAL_ERROR }) as const;

/** The one error catalogue: a code owns its HTTP status, its title, whose fault it is and its JSON-RPC number. */
export const ERRORS = {
  // The request itself
  validation_failed: client(400, 'The request is not valid'),
  malformed_json: client(400, 'The body is not valid JSON', PARSE_ERROR),
  unauthorized: client(401, 'Sign in first', INVALID_REQUEST),
  forbidden: client(403, 'This is not allowed', INVALID_REQUEST),
  foreign_origin: client(403, 'The request came from another site', INVALID_REQUEST),
  not_found: client(404, 'Not found'),
  method_not_allowed: client(405, 'This method is not supported here', METHOD_NOT_FOUND),
  conflict: client(409, 'The request conflicts with the current state'),
  payload_too_large: client(413, 'The body is too large', INVALID_REQUEST),
  unsupported_media_type: client(415, 'The content type is not supported', INVALID_REQUEST),
  rate_limited: client(429, 'Too many requests', INVALID_REQUEST),
  // Servers and specs
  slug_taken: client(409, 'This slug is taken'),
  slug_invalid: client(422, 'This slug cannot be used'),
  secret_in_prompt: client(422, 'The prompt contains a secret'),
  preview_expired: client(410, 'The preview has expired'),
  spec_edit_forbidden_on_fork: client(400, 'A fork cannot be edited while it is created'),
  fork_ref_expired: client(410, 'The fork has expired'),
  publish_blocked: client(422, 'Publishing is blocked'),
  tool_count_mismatch: client(422, 'The edit does not match the previewed tools'),
  spec_invalid: client(422, 'The spec is not valid'),
  spec_too_large: client(413, 'The spec is too large'),
  server_not_live: client(409, 'The server is not live', INTERNAL_ERROR),
  build_in_progress: client(409, 'A build is already running'),
  streaming_unavailable: client(409, 'Streaming is not available'),
  // Reasons for which a build fails
  build_cancelled: client(409, 'The build was cancelled'),
  build_interrupted: ours(500, 'The build was interrupted'),
  bundle_failed: upstream(422, 'The code could not be bundled'),
  bundle_too_large: upstream(413, 'The bundle is too large'),
  tool_test_failed: upstream(422, 'A tool failed its test'),
  // The model
  model_unavailable: upstream(502, 'The model cannot be reached'),
  model_timeout: upstream(504, 'The model took too long'),
  model_overloaded: upstream(503, 'The model is at its limit'),
  model_refused: upstream(422, 'The model declined the request'),
  model_output_truncated: upstream(502, 'The model stopped half-way'),
  model_output_invalid: upstream(502, 'The model gave no usable spec'),
  model_misconfigured: ours(503, 'The model is not set up correctly'),
  // Us
  internal: ours(500, 'Something went wrong on our side'),
  unavailable: ours(503, 'A service is not available'),
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

export interface AppErrorOptions {
  cause?: unknown;
  /** Extra public members of the answer, such as `findings` or `fields`. */
  extensions?: Readonly<Record<string, unknown>>;
  retryAfterSeconds?: number;
}

/** An error of the catalogue. `detail` is public by construction; the cause never leaves the process. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, publicDetail?: string, options: AppErrorOptions = {}) {
    super(publicDetail ?? ERRORS[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = publicDetail ?? `${ERRORS[code].title}.`;
    this.extensions = options.extensions ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
