/**
 * Connections of one server to services, kept for a few seconds. Threat: a connection that was opened for one host, server
 * or set of addresses and then used for another (coalescing, domain fronting, rebinding). Each origin has an agent of its
 * own, each server its own agents, and a kept connection is used again only for exactly the same checked addresses.
 */
import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { UPSTREAM_HOSTS_MAX, UPSTREAM_IDLE_CONNECTIONS_MAX, UPSTREAM_KEEP_ALIVE_MS } from './constants.ts';
import { type ConnectionRequest, type OpenConnectionOptions, openConnection } from './open-connection.ts';

/** What a request carries to the agent besides Node's own options. */
export interface PinnedRequest {
  readonly pinned: ConnectionRequest;
}

type AgentOptions = object & Partial<PinnedRequest>;

class PinnedAgent extends Agent {
  readonly #options: OpenConnectionOptions;

  constructor(options: OpenConnectionOptions) {
    super({
      keepAlive: true,
      scheduling: 'lifo',
      maxFreeSockets: UPSTREAM_IDLE_CONNECTIONS_MAX,
      timeout: UPSTREAM_KEEP_ALIVE_MS,
    });
    this.#options = options;
  }

  override getName(options?: object): string {
    return (options as AgentOptions | undefined)?.pinned?.addresses.toSorted().join(',') ?? '';
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { pinned } = options as AgentOptions;
    const done = callback as ((error: unknown, stream?: Duplex) => void) | undefined;
    if (pinned === undefined) done?.(new TypeError('A request without checked addresses cannot be sent.'));
    else
      openConnection(pinned, this.#options).then(
        (socket) => done?.(null, socket),
        (error: unknown) => done?.(error),
      );
  }
}

export class UpstreamConnections {
  readonly #options: OpenConnectionOptions;
  readonly #agents = new Map<string, PinnedAgent>();

  constructor(options: OpenConnectionOptions) {
    this.#options = options;
  }

  agentFor({ host, isHttp }: { host: string; isHttp: boolean }): Agent {
    const origin = `${isHttp ? 'http' : 'https'}://${host}`;
    const agent = this.#agents.get(origin) ?? new PinnedAgent(this.#options);
    // Last used goes last.
    this.#agents.delete(origin);
    this.#agents.set(origin, agent);
    const [oldest] = this.#agents.keys();
    // Requests under way keep their connection; the agent only forgets to keep it after.
    if (this.#agents.size > UPSTREAM_HOSTS_MAX && oldest !== undefined) this.#forget(oldest);
    return agent;
  }

  /** Closes idle connections; those in use end with their request. */
  closeIdle(): void {
    for (const origin of [...this.#agents.keys()]) this.#forget(origin);
  }

  #forget(origin: string): void {
    const agent = this.#agents.get(origin);
    this.#agents.delete(origin);
    if (agent === undefined) return;
    agent.maxFreeSockets = 0;
    for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }
}
