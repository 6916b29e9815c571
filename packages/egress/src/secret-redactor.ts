/**
 * Takes secret values out of what goes to a guest, a log or a client. Threat: a service that echoes the request's headers
 * would hand the guest the value that it must never hold. The scan runs over bytes, after decompression and across chunk
 * borders, so that cutting an answer into pieces does not help. What it cannot know is a value that a bound service hands
 * back transformed in some other way (reversed, encrypted, letter by letter); that is why a value goes only to the host
 * that the owner bound it to.
 */
import { Transform } from 'node:stream';
import type { Secret } from '@bmm/types';
import { secretForms } from './secret-forms.ts';

export interface NamedSecret {
  readonly name: string;
  readonly value: Secret<string>;
}

interface Needle {
  readonly bytes: Buffer;
  readonly replacement: Buffer;
}

interface Scan {
  /** What may go on, redacted. */
  readonly ready: Buffer;
  /** The end of the input that could be the beginning of a secret. */
  readonly held: Buffer;
}

const EMPTY = Buffer.alloc(0);

export class SecretRedactor {
  readonly #byFirstBytes = new Map<number, Needle[]>();
  /** Marks first bytes, and pairs of first and second byte: one look decides at almost every position. */
  readonly #isFirst = new Uint8Array(256);
  readonly #isPair = new Uint8Array(65_536);

  constructor(secrets: readonly NamedSecret[]) {
    const needles = secrets.flatMap(({ name, value }) =>
      secretForms(value.reveal()).map((form): Needle => {
        return { bytes: Buffer.from(form, 'utf8'), replacement: Buffer.from(`[redacted:${name}]`) };
      }),
    );
    // Longest first: a value that contains another one goes as a whole.
    for (const needle of needles.toSorted((a, b) => b.bytes.length - a.bytes.length)) {
      const pair = needle.bytes.readUInt16BE(0);
      this.#isFirst[pair >> 8] = 1;
      this.#isPair[pair] = 1;
      this.#byFirstBytes.set(pair, [...(this.#byFirstBytes.get(pair) ?? []), needle]);
    }
  }

  /** Nothing to look for. */
  get isEmpty(): boolean {
    return this.#byFirstBytes.size === 0;
  }

  /** Text in UTF-8 terms: log lines, JSON. */
  redactText(text: string): string {
    return this.isEmpty ? text : this.#scan(Buffer.from(text, 'utf8'), true).ready.toString('utf8');
  }

  /** A header's value as Node gives it, one character a byte. */
  redactHeaderValue(value: string): string {
    return this.isEmpty ? value : this.#scan(Buffer.from(value, 'latin1'), true).ready.toString('latin1');
  }

  /** A stream that redacts as bytes pass, and holds back only what may be a secret's beginning. */
  toTransform(): Transform {
    let held: Buffer = EMPTY;
    const take = (input: Buffer, isEnd: boolean): Buffer => {
      const scan = this.#scan(held.length === 0 ? input : Buffer.concat([held, input]), isEnd);
      held = scan.held;
      return scan.ready;
    };
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, take(chunk, false)),
      flush: (done) => done(null, take(EMPTY, true)),
    });
  }

  #scan(input: Buffer, isEnd: boolean): Scan {
    const pieces: Buffer[] = [];
    let from = 0;
    let at = 0;
    const isFirst = this.#isFirst;
    while (at < input.length) {
      if (isFirst[input[at] ?? 0] === 0) {
        at += 1;
        continue;
      }
      const found = this.#lookAt(input, at, isEnd);
      if (found === 'held') break;
      if (found === undefined) {
        at += 1;
        continue;
      }
      pieces.push(input.subarray(from, at), found.replacement);
      at += found.bytes.length;
      from = at;
    }
    const rest = input.subarray(from, at);
    return { ready: pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]), held: input.subarray(at) };
  }

  #lookAt(input: Buffer, at: number, isEnd: boolean): Needle | 'held' | undefined {
    const second = input[at + 1];
    if (second === undefined) return isEnd ? undefined : 'held';
    const pair = ((input[at] ?? 0) << 8) | second;
    if (this.#isPair[pair] === 0) return undefined;
    for (const needle of this.#byFirstBytes.get(pair) ?? []) {
      const length = Math.min(needle.bytes.length, input.length - at);
      if (!isEqual(input, at, needle.bytes, length)) continue;
      if (length === needle.bytes.length) return needle;
      if (!isEnd) return 'held';
    }
    return undefined;
  }
}

/** Backwards, because keys of one service begin alike; much faster than a native call that fails at once. */
function isEqual(input: Buffer, at: number, expected: Buffer, length: number): boolean {
  for (let index = length - 1; index >= 0; index--) if (input[at + index] !== expected[index]) return false;
  return true;
}

/** Redacts secret values, also base64, percent-encoded and as they stand in JSON, from one log line or other text. */
export function createRedactor(secrets: readonly NamedSecret[]): (text: string) => string {
  const redactor = new SecretRedactor(secrets);
  return (text) => redactor.redactText(text);
}
