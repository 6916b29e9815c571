const denied = (status: number, title: string) => ({ decision: 'denied', status, title }) as const;
const failed = (status: number, title: string) => ({ decision: 'failed', status, title }) as const;

/** Why a request did not come through: `denied` is our decision, `failed` is what happened on its way. */
export const EGRESS_REASONS = {
  // The guest's request itself
  malformed_request: denied(400, 'The request is not valid HTTP'),
  headers_too_large: denied(431, 'The headers are too large'),
  request_timeout: denied(408, 'The request was sent too slowly'),
  not_absolute_form: denied(400, 'The request names no absolute URL'),
  host_header_mismatch: denied(400, 'The Host header does not match the URL'),
  method_not_allowed: denied(405, 'The method is not allowed'),
  connect_not_allowed: denied(405, 'Tunnels are not allowed'),
  upgrade_not_allowed: denied(403, 'Upgrades are not allowed'),
  // Where it wants to go
  scheme_not_allowed: denied(403, 'The scheme is not allowed'),
  userinfo_not_allowed: denied(403, 'User names in URLs are not allowed'),
  host_not_valid: denied(403, 'The host is not valid'),
  ip_literal: denied(403, 'IP addresses are not allowed'),
  port_not_allowed: denied(403, 'The port is not allowed'),
  host_reserved: denied(403, 'The host is reserved'),
  host_not_listed: denied(403, "The host is not on this server's list"),
  http_not_allowed: denied(403, 'Plain HTTP is not allowed'),
  private_address: denied(403, 'The host has an address that is not public'),
  rule_removed: denied(403, 'The host was taken off the list'),
  // Secrets
  secret_misplaced: denied(403, 'A secret was put where it does not belong'),
  secret_unknown: denied(403, 'A secret is not known'),
  secret_unusable: denied(403, 'A secret cannot be sent there'),
  // Limits
  request_too_large: denied(413, 'The body is too large'),
  too_many_requests: denied(429, 'Too many requests'),
  too_many_concurrent: denied(429, 'Too many requests at a time'),
  too_many_connections: denied(503, 'Too many connections'),
  bodies_too_large: denied(503, 'Too many large bodies at a time'),
  rows_suppressed: denied(403, 'More refused requests'),
  // What happened on the way
  dns_failed: failed(502, 'The host could not be found'),
  connect_failed: failed(502, 'The host could not be reached'),
  tls_failed: failed(502, 'The connection is not secure'),
  upstream_failed: failed(502, 'The answer could not be read'),
  encoding_not_supported: failed(502, 'The encoding of the answer is not known'),
  response_too_large: failed(502, 'The answer is too large'),
  response_timeout: failed(504, 'The host did not answer in time'),
  idle_timeout: failed(504, 'The answer stopped half-way'),
  total_timeout: failed(504, 'The request took too long'),
  guest_gone: failed(499, 'The tool stopped waiting'),
  guard_closed: failed(503, 'The server was stopped'),
  internal: failed(500, 'Something went wrong on our side'),
} as const;

export type EgressReason = keyof typeof EGRESS_REASONS;

/** A request that ends here. The sentence is for the owner and for the tool: it names the host and nothing behind it. */
export class EgressRefusal extends Error {
  override readonly name = 'EgressRefusal';
  readonly reason: EgressReason;

  constructor(reason: EgressReason, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }

  get sentence(): string {
    return this.message;
  }
}

/** What the guest gets as JSON in place of an answer (RFC 9457). */
export function toEgressProblem({ reason, sentence }: EgressRefusal): string {
  const { status, title } = EGRESS_REASONS[reason];
  return JSON.stringify({ type: 'about:blank', code: `egress_${reason}`, title, status, detail: sentence });
}
