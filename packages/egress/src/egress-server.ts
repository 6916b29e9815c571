/**
 * The only way out of one sandbox: an HTTP server on a unix socket in the sandbox's directory. Threat: a server that passes
 * for another one to use its hosts and secrets. The socket is the identity: whoever can open it is that server, no header
 * says so, and each socket has its own policy, limits and connections. Without this server nothing listens, so a guard that
 * is gone means no network and not an open one.
 */
import { chmod, chown, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { answerRefusal, endConnection } from './answer-refusal.ts';
import { ByteBudget } from './byte-budget.ts';
import { GUEST_KEEP_ALIVE_MS, TIMEOUT_CHECK_INTERVAL_MS } from './constants.ts';
import { EgressExchange } from './egress-exchange.ts';
import type { EgressLimits } from './egress-limits.ts';
import { type CompiledPolicy, compilePolicy, type EgressPolicy } from './egress-policy.ts';
import { EGRESS_REASONS, EgressRefusal } from './egress-refusal.ts';
import { type EgressRow, type ExchangeRecord, toEgressRow } from './egress-row.ts';
import type { Dial } from './open-connection.ts';
import { RequestRate } from './request-rate.ts';
import { writtenHost } from './request-target.ts';
import type { ResolveHost } from './resolve-public-addresses.ts';
import { RowLimiter } from './row-limiter.ts';
import { UpstreamConnections } from './upstream-connections.ts';

export interface EgressServerOptions {
  readonly resolve: ResolveHost;
  readonly dial: Dial;
  now(): number;
  readonly limits: EgressLimits;
  readonly reservedHosts: readonly string[];
  readonly trustedCertificates: readonly string[] | undefined;
  /** Held bodies of all servers. */
  readonly budget: ByteBudget;
  onRow(row: EgressRow): void;
}

export class EgressServer implements AsyncDisposable {
  readonly #options: EgressServerOptions;
  readonly #http: Server;
  readonly #connections: UpstreamConnections;
  readonly #budget: ByteBudget;
  readonly #rate: RequestRate;
  readonly #rows: RowLimiter;
  readonly #running = new Map<EgressExchange, Promise<void>>();
  /** Connections with a request under way, which writes the row when the connection turns out to be malformed. */
  readonly #busy = new WeakMap<Duplex, EgressExchange>();
  #policy: CompiledPolicy;

  constructor(policy: EgressPolicy, options: EgressServerOptions) {
    const { limits, now, onRow, dial, trustedCertificates, budget } = options;
    this.#options = options;
    this.#policy = compilePolicy(policy);
    this.#connections = new UpstreamConnections({ dial, connectMs: limits.connectMs, trustedCertificates });
    this.#budget = new ByteBudget(limits.bufferedBytesPerServer, budget);
    this.#rate = new RequestRate(limits.requestsPerMinute);
    const { deniedRowsPerMinute } = limits;
    this.#rows = new RowLimiter({ serverId: policy.serverId, deniedRowsPerMinute, now, onRow });
    this.#http = this.#createHttpServer();
  }

  /** Listens on a path that nothing is at; only our user can connect, and the group that can enter the directory. */
  async listen(socketPath: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(socketPath, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    await openToDirectoryGroup(socketPath);
  }

  /** Replaces rules and secrets; requests that the new rules do not allow are cut. @throws TypeError */
  update(policy: EgressPolicy): void {
    if (policy.serverId !== this.#policy.serverId) throw new TypeError('A socket belongs to one server for good.');
    this.#policy = compilePolicy(policy);
    this.#connections.closeIdle();
    for (const exchange of this.#running.keys()) {
      if (!exchange.isAllowedBy(this.#policy))
        exchange.abort(new EgressRefusal('rule_removed', 'The host was taken off the list during the request.'));
    }
  }

  /** Cuts everything, removes the socket and resolves when every row is written. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
    });
    for (const exchange of this.#running.keys())
      exchange.abort(new EgressRefusal('guard_closed', 'The server was stopped during the request.'));
    await Promise.all(this.#running.values());
    this.#connections.closeIdle();
    this.#http.closeAllConnections();
    await closed;
    this.#rows.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createHttpServer(): Server {
    const { limits } = this.#options;
    const server = createServer({
      insecureHTTPParser: false,
      // Requests in absolute form may come without it; where it stands, we check it.
      requireHostHeader: false,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestHeaderMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_INTERVAL_MS, limits.requestHeaderMs),
      keepAliveTimeout: GUEST_KEEP_ALIVE_MS,
    });
    // Node would drop headers beyond this number without a word; their bytes are limited, and we count them.
    server.maxHeadersCount = 0;
    server.maxConnections = limits.connections;
    const serve = (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response);
    server.on('request', serve);
    server.on('checkContinue', serve);
    server.on('checkExpectation', serve);
    server.on('connect', (request, socket) => {
      this.#refuseConnection(socket, request, 'connect_not_allowed', 'Tunnels (CONNECT) are not allowed; use fetch.');
    });
    server.on('upgrade', (request, socket) => {
      this.#refuseConnection(socket, request, 'upgrade_not_allowed', 'WebSockets and other upgrades are not allowed.');
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#onClientError(error, socket));
    server.on('drop', () => {
      const sentence = `More than ${limits.connections} connections are open at a time.`;
      this.#addRow({}, new EgressRefusal('too_many_connections', sentence));
    });
    return server;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { limits, reservedHosts, resolve, now } = this.#options;
    const startedAtMs = now();
    response.on('error', () => {});
    const exchange = new EgressExchange(request, response, {
      policy: this.#policy,
      limits,
      reservedHosts,
      resolve,
      connections: this.#connections,
      budget: this.#budget,
    });
    this.#busy.set(request.socket, exchange);
    const done = this.#admit(startedAtMs, () => exchange.run()).then(
      () => this.#addRow({ ...exchange.record, startedAtMs }),
      (error: unknown) => {
        const refusal = error instanceof EgressRefusal ? error : unexpected(error);
        const status = answerRefusal(request, response, { refusal, drainBytesMax: limits.requestBodyBytes });
        this.#addRow({ ...exchange.record, status: status ?? exchange.record.status, startedAtMs }, refusal);
      },
    );
    this.#running.set(
      exchange,
      done.finally(() => {
        this.#running.delete(exchange);
        if (this.#busy.get(request.socket) === exchange) this.#busy.delete(request.socket);
      }),
    );
  }

  async #admit(nowMs: number, run: () => Promise<void>): Promise<void> {
    const { requestsPerMinute, concurrentRequests } = this.#options.limits;
    if (!this.#rate.admit(nowMs))
      throw new EgressRefusal('too_many_requests', `A server can send ${requestsPerMinute} requests a minute.`);
    if (this.#running.size >= concurrentRequests)
      throw new EgressRefusal('too_many_concurrent', `A server can send ${concurrentRequests} requests at a time.`);
    await run();
  }

  #refuseConnection(
    socket: Duplex,
    request: IncomingMessage,
    reason: 'connect_not_allowed' | 'upgrade_not_allowed',
    sentence: string,
  ): void {
    const refusal = new EgressRefusal(reason, sentence);
    endConnection(socket, refusal);
    const url = request.url ?? '';
    const host = reason === 'connect_not_allowed' ? writtenHost(`connect://${url}`) : writtenHost(url);
    this.#addRow({ host, method: request.method ?? '', status: EGRESS_REASONS[reason].status }, refusal);
  }

  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const refusal = toParserRefusal(error.code ?? '');
    if (refusal === undefined) {
      socket.destroy();
      return;
    }
    const exchange = this.#busy.get(socket);
    if (exchange !== undefined) {
      socket.on('error', () => {});
      exchange.abort(refusal);
      this.#running.get(exchange)?.then(() => socket.end());
      return;
    }
    endConnection(socket, refusal);
    this.#addRow({ status: EGRESS_REASONS[refusal.reason].status }, refusal);
  }

  #addRow(record: Partial<ExchangeRecord>, refusal?: EgressRefusal): void {
    const endedAtMs = this.#options.now();
    this.#rows.add(
      toEgressRow({
        host: '',
        method: '',
        status: null,
        requestBytes: 0,
        responseBytes: 0,
        secrets: [],
        startedAtMs: endedAtMs,
        ...record,
        endedAtMs,
        serverId: this.#policy.serverId,
        refusal,
      }),
    );
  }
}

/** A sandbox with a user of its own reaches its socket through its group, which its directory has as well. */
async function openToDirectoryGroup(socketPath: string): Promise<void> {
  const { gid } = await stat(dirname(socketPath));
  if (gid === process.getgid?.()) return chmod(socketPath, 0o600);
  await chown(socketPath, process.getuid?.() ?? 0, gid);
  await chmod(socketPath, 0o660);
}

function toParserRefusal(code: string): EgressRefusal | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new EgressRefusal('headers_too_large', 'The headers of the request are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new EgressRefusal('request_timeout', 'The request was not sent in time.');
  // All else is a connection that broke, which is nothing that the owner could act on.
  return code.startsWith('HPE_')
    ? new EgressRefusal('malformed_request', 'The request is not valid HTTP/1.1.')
    : undefined;
}

const unexpected = (cause: unknown) =>
  new EgressRefusal('internal', 'The request failed on our side; try it again.', cause);
