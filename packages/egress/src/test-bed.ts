import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp, type RequestListener, request } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '@bmm/types';
import { createEgressGuard, type EgressGuardOptions, type OpenEgress } from './egress-guard.ts';
import type { EgressPolicy, SecretBinding } from './egress-policy.ts';
import type { EgressRow } from './egress-row.ts';
import type { DialRequest } from './open-connection.ts';
import { newPlaceholder } from './placeholder.ts';
import { createTestAuthority, type TestCertificate } from './test-certificates.ts';

/** Public by its form; the dialler of the tests maps it to loopback. */
export const PUBLIC_ADDRESS = '93.184.215.14';
export const authority = createTestAuthority();
export const goodCertificate = authority.issue([
  'api.good.test',
  'other.good.test',
  '*.good.test',
  'xn--bcher-kva.test',
  'plain.test',
]);

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly rawHeaders: string[];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  readonly problem: { code?: string; detail?: string };
}

export interface TestBedOptions extends Partial<Omit<EgressGuardOptions, 'onRow'>> {
  readonly rules?: EgressPolicy['rules'];
  readonly secrets?: readonly SecretBinding[];
  readonly answer?: RequestListener;
  readonly certificate?: TestCertificate;
}

export interface TestBed extends AsyncDisposable {
  readonly socketPath: string;
  readonly egress: OpenEgress;
  readonly policy: EgressPolicy;
  readonly rows: EgressRow[];
  readonly dials: DialRequest[];
  /** What services got. */
  readonly seen: SeenRequest[];
  /** TLS connections that were opened to the service. */
  readonly connections: () => number;
  /** The way to the same service, for another guard. */
  readonly guardOptions: Omit<EgressGuardOptions, 'onRow'>;
  send(url: string, options?: SendOptions): Promise<Reply>;
  /** Writes bytes as they are and gives all that came back until the end or `waitMs`. */
  raw(text: string, waitMs?: number): Promise<string>;
  /** The row of the latest request, once it is written. */
  lastRow(): Promise<EgressRow>;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export const RULES: EgressPolicy['rules'] = [
  { host: 'api.good.test', allowHttp: false },
  { host: '*.wild.good.test', allowHttp: false },
  { host: 'plain.test', allowHttp: true },
  { host: 'xn--bcher-kva.test', allowHttp: false },
];

export function bind(name: string, value: string, place: SecretBinding['in'], host = 'api.good.test'): SecretBinding {
  return { name, placeholder: newPlaceholder(name), value: new Secret(value), host, in: place };
}

/** A guard with one open socket, in front of a service on loopback that stands for every public address. */
export async function createTestBed(options: TestBedOptions = {}): Promise<TestBed> {
  const { rules = RULES, secrets = [], answer = sayOk, certificate = goodCertificate, ...guardOptions } = options;
  const seen: SeenRequest[] = [];
  const listener = recordInto(seen, answer);
  const secure = await listen(createHttps({ ...certificate, minVersion: 'TLSv1.2' }, listener));
  const plain = await listen(createHttp(listener));
  let connectionCount = 0;
  secure.on('secureConnection', () => {
    connectionCount += 1;
  });
  const rows: EgressRow[] = [];
  const dials: DialRequest[] = [];
  const allOptions: Omit<EgressGuardOptions, 'onRow'> = {
    resolve: async () => [PUBLIC_ADDRESS],
    dial: (dialled) => {
      dials.push(dialled);
      return connect(portOf(dialled.port === 443 ? secure : plain), '127.0.0.1');
    },
    trustedCertificates: [authority.ca],
    ...guardOptions,
  };
  const guard = createEgressGuard({ ...allOptions, onRow: (row) => rows.push(row) });
  const dir = await mkdtemp(join(tmpdir(), 'bmm-egress-'));
  const socketPath = join(dir, 'egress.sock');
  const policy = { serverId: 'server-1', rules, secrets };
  const egress = await guard.open({ socketPath, policy });
  return {
    socketPath,
    egress,
    policy,
    rows,
    dials,
    seen,
    connections: () => connectionCount,
    guardOptions: allOptions,
    send: (url, sendOptions) => send(socketPath, url, sendOptions),
    raw: (text, waitMs = 2_000) => sendRaw(socketPath, text, waitMs),
    lastRow: async () => {
      for (let tries = 0; rows.length === 0 && tries < 200; tries++) await sleep(10);
      const row = rows.at(-1);
      if (row === undefined) throw new Error('No row was written.');
      return row;
    },
    async [Symbol.asyncDispose]() {
      await guard.close();
      await Promise.all([closeServer(secure), closeServer(plain)]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const sayOk: RequestListener = (_request, response) => {
  response.end('ok');
};

function recordInto(seen: SeenRequest[], answer: RequestListener): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      seen.push({ method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString('latin1') });
      answer(request, response);
    });
  };
}

async function listen<T extends Server>(server: T): Promise<T> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return server;
}

export const portOf = (server: Server) => (server.address() as AddressInfo).port;

export async function closeServer(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  server.closeAllConnections?.();
  await new Promise((resolve) => server.close(resolve));
}

export function send(socketPath: string, url: string, { method = 'GET', headers, body }: SendOptions = {}) {
  return new Promise<Reply>((resolve, reject) => {
    const outgoing = request({
      socketPath,
      path: url,
      method,
      setHost: false,
      agent: false,
      ...(headers && { headers }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isProblem = incoming.headers['content-type'] === 'application/problem+json';
        const problem = isProblem ? (JSON.parse(text) as Reply['problem']) : {};
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text, problem });
      });
    });
    outgoing.end(body);
  });
}

export function sendRaw(socketPath: string, text: string, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(socketPath);
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(text, 'latin1');
  });
}
