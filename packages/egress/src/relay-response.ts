import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { EgressLimits } from './egress-limits.ts';
import { EgressRefusal } from './egress-refusal.ts';
import { type HeaderPair, namedByConnection, toPairs, valuesOf } from './request-headers.ts';
import type { SecretRedactor } from './secret-redactor.ts';

export interface RelayOptions {
  readonly host: string;
  readonly method: string;
  readonly limits: EgressLimits;
  readonly redactor: SecretRedactor;
  readonly signal: AbortSignal;
  onBytes(bytes: number): void;
  /** The head is on its way to the guest: from here on a failure can only cut the connection. */
  onHead(status: number): void;
}

/** About one connection, or about another way to reach the service than through here. */
const DROPPED = new Set(
  `alt-svc connection content-encoding content-length keep-alive te trailer transfer-encoding upgrade`.split(/\s+/),
);

/** Passes a service's answer on to the guest: decoded, counted, redacted, as it arrives. @throws EgressRefusal */
export async function relayResponse(
  upstream: IncomingMessage,
  response: ServerResponse,
  options: RelayOptions,
): Promise<void> {
  const status = upstream.statusCode ?? 0;
  if (status < 200 || status > 599)
    throw new EgressRefusal('upstream_failed', `${options.host} answered with the status ${status}.`);
  const headers = toPairs(upstream.rawHeaders);
  const hasBody = options.method !== 'HEAD' && status !== 204 && status !== 304;
  const decoder = hasBody ? createDecoder(valuesOf(headers, 'content-encoding'), options.host) : undefined;
  const length = Number(upstream.headers['content-length'] ?? Number.NaN);
  if (hasBody && length > options.limits.responseBytes) throw tooLarge(options);
  const isUnchanged = options.redactor.isEmpty && decoder === undefined;
  const ownLength: HeaderPair[] =
    Number.isFinite(length) && (isUnchanged || !hasBody) ? [['content-length', String(length)]] : [];
  response.writeHead(status, [...toGuestHeaders(headers, options.redactor), ...ownLength].flat());
  options.onHead(status);
  if (!hasBody) {
    upstream.resume();
    response.end();
    return;
  }
  response.flushHeaders();
  await pipeBody(upstream, response, decoder, options);
}

async function pipeBody(
  upstream: IncomingMessage,
  response: ServerResponse,
  decoder: Transform | undefined,
  options: RelayOptions,
): Promise<void> {
  const { redactor, signal, limits, host } = options;
  const idle = new AbortController();
  const timer = setTimeout(() => {
    idle.abort(new EgressRefusal('idle_timeout', `${host} sent nothing more for ${limits.idleMs} ms.`));
  }, limits.idleMs);
  const { countWire, countDecoded } = createCounters(options, () => timer.refresh());
  const decoded = decoder === undefined ? [] : [decoder, countDecoded];
  const redacting = redactor.isEmpty ? [] : [redactor.toTransform()];
  const ended = AbortSignal.any([signal, idle.signal]);
  try {
    await pipeline([upstream, countWire, ...decoded, ...redacting, response], { signal: ended });
  } catch (error) {
    idle.signal.throwIfAborted();
    if (error instanceof EgressRefusal) throw error;
    // The pipeline closes the guest's side whatever broke; only these two mean that the guest or we ended it.
    if (isEnded(error)) signal.throwIfAborted();
    throw new EgressRefusal('upstream_failed', `The answer of ${host} broke off or could not be decoded.`, error);
  } finally {
    clearTimeout(timer);
  }
}

const isEnded = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code));

function createCounters(options: RelayOptions, onProgress: () => void) {
  const { responseBytes, decodedRatio, decodedRatioFromBytes } = options.limits;
  let wire = 0;
  let decoded = 0;
  const countWire = inspect((bytes) => {
    wire += bytes;
    options.onBytes(bytes);
    onProgress();
    if (wire > responseBytes) throw tooLarge(options);
  });
  const countDecoded = inspect((bytes) => {
    decoded += bytes;
    const isBomb = decoded > decodedRatioFromBytes && decoded > wire * decodedRatio;
    if (decoded > responseBytes || isBomb) throw tooLarge(options);
  });
  return { countWire, countDecoded };
}

function inspect(onBytes: (bytes: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        onBytes(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

const tooLarge = ({ host, limits }: RelayOptions) =>
  new EgressRefusal('response_too_large', `The answer of ${host} is larger than ${limits.responseBytes} bytes.`);

/** We ask for plain bytes; some services compress all the same, and a secret could hide in that. */
function createDecoder(encodings: readonly string[], host: string): Transform | undefined {
  const encoding = encodings.join(',').trim().toLowerCase();
  switch (encoding) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new EgressRefusal(
        'encoding_not_supported',
        `${host} sent an answer in an encoding that was not asked for.`,
      );
  }
}

function toGuestHeaders(headers: readonly HeaderPair[], redactor: SecretRedactor): HeaderPair[] {
  const perConnection = namedByConnection(headers);
  return headers.flatMap(([name, value]): HeaderPair[] => {
    const key = name.toLowerCase();
    if (DROPPED.has(key) || key.startsWith('proxy-') || perConnection.has(key)) return [];
    // A redacted name would be no name any more.
    if (redactor.redactHeaderValue(name) !== name) return [];
    return [[name, redactor.redactHeaderValue(value)]];
  });
}
