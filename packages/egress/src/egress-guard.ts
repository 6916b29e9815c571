import { ByteBudget } from './byte-budget.ts';
import { DEFAULT_EGRESS_LIMITS, type EgressLimits } from './egress-limits.ts';
import type { EgressPolicy } from './egress-policy.ts';
import type { EgressRow } from './egress-row.ts';
import { EgressServer } from './egress-server.ts';
import type { Dial } from './open-connection.ts';
import type { ResolveHost } from './resolve-public-addresses.ts';

export interface EgressGuardOptions {
  readonly resolve: ResolveHost;
  readonly dial: Dial;
  /** Milliseconds since 1970; the system's clock by default. */
  now?(): number;
  readonly limits?: Partial<EgressLimits> | undefined;
  /** The platform's own hosts, which no rule opens. */
  readonly reservedHosts?: readonly string[] | undefined;
  /** PEM certificates to trust in place of the runtime's own list. */
  readonly trustedCertificates?: readonly string[] | undefined;
  /** One row a request; must return at once and take care of its own failures. */
  onRow(row: EgressRow): void;
}

export interface OpenEgressOptions {
  /** Where the sandbox's runtime connects to; nothing may be there yet. */
  readonly socketPath: string;
  readonly policy: EgressPolicy;
}

/** The open way out of one server. */
export interface OpenEgress extends AsyncDisposable {
  /** Replaces rules and secrets; requests that the new rules do not allow are cut. @throws TypeError */
  update(policy: EgressPolicy): void;
  /** Cuts all requests and removes the socket. */
  close(): Promise<void>;
}

export interface EgressGuard extends AsyncDisposable {
  /** Opens a server's way out; rejects with TypeError for a policy that is not valid, and when the path is taken. */
  open(options: OpenEgressOptions): Promise<OpenEgress>;
  /** Closes every way out. */
  close(): Promise<void>;
}

/** Guards what servers send to the internet; deny by default. */
export function createEgressGuard(options: EgressGuardOptions): EgressGuard {
  const limits = { ...DEFAULT_EGRESS_LIMITS, ...options.limits };
  const servers = new Set<EgressServer>();
  const serverOptions = {
    ...options,
    now: options.now ?? Date.now,
    limits,
    reservedHosts: options.reservedHosts ?? [],
    trustedCertificates: options.trustedCertificates,
    budget: new ByteBudget(limits.bufferedBytes),
  };
  const close = async () => {
    await Promise.all([...servers].map((server) => server.close()));
    servers.clear();
  };
  return {
    async open({ socketPath, policy }) {
      const server = new EgressServer(policy, serverOptions);
      await server.listen(socketPath);
      servers.add(server);
      const closeOne = async () => {
        if (servers.delete(server)) await server.close();
      };
      return { update: (next) => server.update(next), close: closeOne, [Symbol.asyncDispose]: closeOne };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
