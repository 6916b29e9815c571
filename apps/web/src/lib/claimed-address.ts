/**
 * A client that names its own address in these headers would choose its rate limit and its line in the audit trail,
 * because api believes web about who calls.
 */
const CLAIMED_ADDRESS_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded'] as const;

/** Takes a client's claims out of a request; Next.js then enters the address of the socket as X-Forwarded-For. */
export function dropClaimedAddress(headers: Record<string, unknown>): void {
  for (const name of CLAIMED_ADDRESS_HEADERS) delete headers[name];
}
