/**
 * Opens a verified connection to a checked address. Threat: an address of somebody else who answers for the host. The
 * certificate must be valid for exactly the URL's host (which is also the SNI), TLS 1.2 is the least, there is no switch to
 * turn verification off, and no byte of the request is written before the handshake is verified. The dialler only makes
 * the TCP connection: it gets an address, never a name, so it has nothing to resolve.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { CONNECT_ADDRESSES_MAX } from './constants.ts';
import { EgressRefusal } from './egress-refusal.ts';

export interface DialRequest {
  /** A public IP address in canonical text. */
  readonly address: string;
  readonly port: number;
  /** The name that the address was resolved from; for tests and logs, not to be resolved again. */
  readonly host: string;
  /** Ends the attempt; must not touch a socket that has connected. */
  readonly signal: AbortSignal;
}

/** Makes a TCP connection; the socket may still be connecting. */
export type Dial = (request: DialRequest) => Socket | Promise<Socket>;

export interface ConnectionRequest {
  readonly host: string;
  readonly port: number;
  readonly isHttp: boolean;
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
}

export interface OpenConnectionOptions {
  readonly dial: Dial;
  readonly connectMs: number;
  /** PEM certificates to trust in place of the runtime's own list. */
  readonly trustedCertificates?: readonly string[] | undefined;
}

/** Tries the first addresses one after the other. @throws EgressRefusal */
export async function openConnection(request: ConnectionRequest, options: OpenConnectionOptions): Promise<Socket> {
  let failure: unknown;
  for (const address of request.addresses.slice(0, CONNECT_ADDRESSES_MAX)) {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(options.connectMs)]);
    let socket: Socket | undefined;
    try {
      socket = await connectTo(address, request, options, signal);
      return request.isHttp ? socket : await secure(socket, request.host, options, signal);
    } catch (error) {
      socket?.destroy();
      request.signal.throwIfAborted();
      // Another address of a host with a wrong certificate is no better.
      if (error instanceof EgressRefusal) throw error;
      failure = error;
    }
  }
  throw new EgressRefusal('connect_failed', `${request.host} could not be reached.`, failure);
}

async function connectTo(
  address: string,
  { host, port }: ConnectionRequest,
  { dial }: OpenConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await dial({ address, port, host, signal });
  // Whoever waits gets errors as well; one that comes when nobody does must not end the process.
  socket.on('error', () => {});
  try {
    signal.throwIfAborted();
    if (socket.connecting) await once(socket, 'connect', { signal });
    socket.setNoDelay(true);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function secure(
  socket: Socket,
  host: string,
  { trustedCertificates }: OpenConnectionOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secured = connectTls({
    socket,
    servername: host,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(trustedCertificates && { ca: [...trustedCertificates] }),
  });
  secured.on('error', () => {});
  try {
    await once(secured, 'secureConnect', { signal });
    return secured;
  } catch (error) {
    secured.destroy();
    if (signal.aborted) throw error;
    const code = toTlsReason(error);
    throw new EgressRefusal('tls_failed', `The certificate or TLS version of ${host} was refused${code}.`, error);
  }
}

function toTlsReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[A-Z0-9_]{1,60}$/.test(code) ? ` (${code})` : '';
}
