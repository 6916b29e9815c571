import * as constants from './constants.ts';

/** What one server may use; every figure has its reason in constants.ts. */
export const DEFAULT_EGRESS_LIMITS = {
  headerBytes: constants.HEADER_BYTES_MAX,
  headerCount: constants.HEADER_COUNT_MAX,
  requestBodyBytes: constants.REQUEST_BODY_BYTES_MAX,
  bufferedBytesPerServer: constants.BUFFERED_BYTES_PER_SERVER_MAX,
  bufferedBytes: constants.BUFFERED_BYTES_MAX,
  responseBytes: constants.RESPONSE_BYTES_MAX,
  decodedRatio: constants.DECODED_RATIO_MAX,
  decodedRatioFromBytes: constants.DECODED_RATIO_FROM_BYTES,
  resolveMs: constants.RESOLVE_TIMEOUT_MS,
  connectMs: constants.CONNECT_TIMEOUT_MS,
  requestHeaderMs: constants.REQUEST_HEADER_TIMEOUT_MS,
  requestMs: constants.REQUEST_TIMEOUT_MS,
  responseHeaderMs: constants.RESPONSE_HEADER_TIMEOUT_MS,
  idleMs: constants.IDLE_TIMEOUT_MS,
  totalMs: constants.TOTAL_TIMEOUT_MS,
  concurrentRequests: constants.CONCURRENT_REQUESTS_MAX,
  connections: constants.CONNECTIONS_MAX,
  requestsPerMinute: constants.REQUESTS_PER_MINUTE_MAX,
  deniedRowsPerMinute: constants.DENIED_ROWS_PER_MINUTE_MAX,
} as const;

export type EgressLimits = { readonly [Name in keyof typeof DEFAULT_EGRESS_LIMITS]: number };
