/**
 * One request of a guest, from its head to the last byte of the answer. Threat: everything that tool code can write to its
 * socket. Each request is a decision of its own (a redirect goes back to the guest and comes again as a new request), each
 * step either passes or ends it with a refusal, and nothing is sent before all steps have passed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteBudget } from './byte-budget.ts';
import type { EgressLimits } from './egress-limits.ts';
import { type CompiledPolicy, checkRules } from './egress-policy.ts';
import { EgressRefusal } from './egress-refusal.ts';
import { matchesHostPattern, touchesReservedHost } from './host-name.ts';
import { readRequestBody } from './read-request-body.ts';
import { relayResponse } from './relay-response.ts';
import { assertStrictHead, type HeaderPair, toForwardedHeaders, toPairs, valuesOf } from './request-headers.ts';
import { assertHostHeader, parseRequestTarget, type RequestTarget, writtenHost } from './request-target.ts';
import { type ResolveHost, resolvePublicAddresses } from './resolve-public-addresses.ts';
import { SecretSubstitution } from './secret-substitution.ts';
import { sendUpstream } from './send-upstream.ts';
import type { UpstreamConnections } from './upstream-connections.ts';

/** `PUT` and the others that services use; TRACE echoes headers and CONNECT is a tunnel (X95). */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']);

export interface ExchangeOptions {
  readonly policy: CompiledPolicy;
  readonly limits: EgressLimits;
  readonly reservedHosts: readonly string[];
  readonly resolve: ResolveHost;
  readonly connections: UpstreamConnections;
  readonly budget: ByteBudget;
}

export class EgressExchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: ExchangeOptions;
  readonly #end = new AbortController();
  #target: RequestTarget | undefined;
  #substitution: SecretSubstitution | undefined;
  #requestBytes = 0;
  #responseBytes = 0;
  #status: number | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
  }

  /** Ends the exchange now, wherever it is. */
  abort(refusal: EgressRefusal): void {
    if (!this.#end.signal.aborted) this.#end.abort(refusal);
  }

  /** Passes the request on and the answer back. @throws EgressRefusal, or an error that is ours */
  async run(): Promise<void> {
    const { limits } = this.#options;
    const timer = setTimeout(() => {
      this.abort(new EgressRefusal('total_timeout', `The request took longer than ${limits.totalMs} ms.`));
    }, limits.totalMs);
    this.#response.once('close', () => {
      if (!this.#response.writableFinished)
        this.abort(new EgressRefusal('guest_gone', 'The tool stopped waiting for the answer.'));
    });
    try {
      await this.#forward();
    } catch (error) {
      if (!(error instanceof EgressRefusal)) this.#end.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What a row may tell. */
  get record() {
    return {
      host: this.#target?.host ?? writtenHost(this.#request.url ?? ''),
      method: this.#request.method ?? '',
      status: this.#status,
      requestBytes: this.#requestBytes,
      responseBytes: this.#responseBytes,
      secrets: this.#substitution?.used ?? [],
    };
  }

  /** Whether rules that have changed meanwhile still allow this request. */
  isAllowedBy(policy: CompiledPolicy): boolean {
    return this.#target === undefined || checkRules(policy.rules, this.#target) === 'allowed';
  }

  async #forward(): Promise<void> {
    const { policy, limits, resolve, connections } = this.#options;
    const headers = toPairs(this.#request.rawHeaders);
    const method = this.#checkHead(headers);
    const target = parseRequestTarget(this.#request.url ?? '');
    this.#target = target;
    assertHostHeader(target, valuesOf(headers, 'host'));
    const substitution = new SecretSubstitution(policy, target);
    const { search, headers: placed } = substitution.placeInHead(this.#toForwarded(headers, target));
    this.#assertAllowed(target);
    const signal = this.#end.signal;
    const addresses = await resolvePublicAddresses(target.host, { resolve, timeoutMs: limits.resolveMs, signal });
    const send = async (body: Buffer) => {
      const agent = connections.agentFor(target);
      return sendUpstream({ method, target, search, headers: placed, body, addresses, agent, limits, signal });
    };
    await this.#relay(await this.#withBody(substitution, headers, send), method, target);
  }

  /** Reads the body, puts secrets into it and holds it until the service has answered. */
  async #withBody<T>(
    substitution: SecretSubstitution,
    headers: readonly HeaderPair[],
    send: (body: Buffer) => Promise<T>,
  ): Promise<T> {
    const body = await this.#readBody();
    try {
      const placed = substitution.placeInBody(body.bytes, headers);
      this.#end.signal.throwIfAborted();
      this.#substitution = substitution;
      return await send(placed);
    } finally {
      body.release();
    }
  }

  #checkHead(headers: readonly HeaderPair[]): string {
    assertStrictHead(this.#request.httpVersion, headers, this.#options.limits.headerCount);
    const method = this.#request.method ?? '';
    if (!METHODS.has(method)) throw new EgressRefusal('method_not_allowed', `${method} requests are not allowed.`);
    return method;
  }

  #toForwarded(headers: readonly HeaderPair[], { host }: RequestTarget): HeaderPair[] {
    const forwarded = toForwardedHeaders(headers);
    const holdsSecret = this.#options.policy.secrets.some((secret) => matchesHostPattern(secret.host, host));
    // Asked for in small ranges, an echoed secret would come back in pieces that nobody recognises.
    return holdsSecret ? forwarded.filter(([name]) => !/^(?:if-)?range$/i.test(name)) : forwarded;
  }

  #assertAllowed(target: RequestTarget): void {
    const { host } = target;
    if (touchesReservedHost(host, this.#options.reservedHosts))
      throw new EgressRefusal('host_reserved', `${host} belongs to this platform and cannot be reached from a server.`);
    switch (checkRules(this.#options.policy.rules, target)) {
      case 'allowed':
        return;
      case 'host_not_listed':
        throw new EgressRefusal('host_not_listed', `${host} is not on this server's list; add it under Network.`);
      case 'http_not_allowed':
        throw new EgressRefusal('http_not_allowed', `${host} can be reached over https only; use https:// in the URL.`);
    }
  }

  async #readBody() {
    const { limits, budget } = this.#options;
    const expectsContinue = this.#request.headers.expect !== undefined;
    if (expectsContinue) this.#response.writeContinue();
    const body = await readRequestBody(this.#request, { limits, budget, signal: this.#end.signal });
    this.#requestBytes = body.bytes.length;
    return body;
  }

  async #relay(upstream: IncomingMessage, method: string, { host }: RequestTarget): Promise<void> {
    const { limits, policy } = this.#options;
    try {
      await relayResponse(upstream, this.#response, {
        host,
        method,
        limits,
        redactor: policy.redactor,
        signal: this.#end.signal,
        onBytes: (bytes) => {
          this.#responseBytes += bytes;
        },
        onHead: (status) => {
          this.#status = status;
        },
      });
    } catch (error) {
      upstream.destroy();
      throw error;
    }
  }
}
