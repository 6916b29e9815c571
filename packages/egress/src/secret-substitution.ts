/**
 * Puts secret values in the place of placeholders, on the way out. Threat: tool code (or whoever talks it into it) sends a
 * secret somewhere else. The guest holds only a random placeholder; it is replaced in requests to the bound host, in the
 * declared place and over https, and any request that has it elsewhere ends here. Hiding the placeholder from this search
 * (encoding it, splitting it) also hides it from the replacement, so what leaves then is random text.
 */
import type { CompiledPolicy, SecretBinding } from './egress-policy.ts';
import { EgressRefusal } from './egress-refusal.ts';
import { matchesHostPattern } from './host-name.ts';
import { PLACEHOLDER_PATTERN } from './placeholder.ts';
import { type HeaderPair, valuesOf } from './request-headers.ts';
import type { RequestTarget } from './request-target.ts';

const MARK = 'bmm-secret-';
/** More of them are an attempt to keep the search busy. */
const MARKS_MAX = 100;
const PLACES = { header: 'a header', query: 'a query parameter', body: 'the body' } as const;

export interface OutgoingHead {
  readonly headers: readonly HeaderPair[];
  readonly search: string;
}

export class SecretSubstitution {
  readonly #secrets: readonly SecretBinding[];
  readonly #target: RequestTarget;
  readonly #used = new Set<string>();
  readonly #known: RegExp | undefined;

  constructor(policy: CompiledPolicy, target: RequestTarget) {
    this.#secrets = policy.secrets;
    this.#target = target;
    const placeholders = policy.secrets.map(({ placeholder }) => placeholder);
    this.#known = placeholders.length === 0 ? undefined : new RegExp(placeholders.join('|'), 'g');
  }

  /** Names of the secrets that were put into this request. */
  get used(): string[] {
    return [...this.#used];
  }

  /** @throws EgressRefusal */
  placeInHead(headers: readonly HeaderPair[]): OutgoingHead {
    const { host, pathname, search } = this.#target;
    this.#refuseIn(host, 'the host name');
    this.#refuseIn(decode(pathname), 'the path');
    return {
      headers: headers.map(([name, value]) => {
        this.#refuseIn(name.toLowerCase(), 'the name of a header');
        return [name, this.#placeInHeader(name, value)];
      }),
      search: search.includes(MARK) || decode(search).includes(MARK) ? this.#placeInSearch(search) : search,
    };
  }

  /** @throws EgressRefusal */
  placeInBody(body: Buffer, headers: readonly HeaderPair[]): Buffer {
    if (!body.includes(MARK)) return body;
    if (hasTooManyMarks(body)) throw misplaced('The body holds too many placeholders of secrets.');
    const encode = bodyEncoder(valuesOf(headers, 'content-type')[0] ?? '');
    // One character a byte, so that bodies that are no text stay as they are.
    const placed = this.#place(body.toString('latin1'), 'body', (value) =>
      Buffer.from(encode(value), 'utf8').toString('latin1'),
    );
    return Buffer.from(placed, 'latin1');
  }

  #placeInHeader(name: string, value: string): string {
    const basic = name.toLowerCase() === 'authorization' ? /^basic +([a-z0-9+/=]+) *$/i.exec(value) : null;
    const credentials = Buffer.from(basic?.[1] ?? '', 'base64').toString('utf8');
    if (credentials.includes(MARK)) {
      const placed = this.#place(credentials, 'header', (secret) => secret);
      return `Basic ${Buffer.from(placed, 'utf8').toString('base64')}`;
    }
    return this.#place(value, 'header', (secret, secretName) => {
      if (/^[\t\x20-\x7e]*$/.test(secret)) return secret;
      throw new EgressRefusal(
        'secret_unusable',
        `The secret ${secretName} has characters that a header cannot hold; save it again without line ends.`,
      );
    });
  }

  #placeInSearch(search: string): string {
    const parameters = search.slice(1).split('&');
    const placed = parameters.map((parameter) => {
      const equals = parameter.indexOf('=');
      const name = equals === -1 ? parameter : parameter.slice(0, equals);
      this.#refuseIn(decode(name), 'the name of a query parameter');
      return equals === -1 ? name : `${name}=${this.#place(parameter.slice(equals + 1), 'query', encodeURIComponent)}`;
    });
    return `?${placed.join('&')}`;
  }

  #place(text: string, place: SecretBinding['in'], encode: (value: string, name: string) => string): string {
    if (!text.includes(MARK)) return text;
    this.#refuseUnknown(text);
    if (this.#known === undefined) return text;
    return text.replace(this.#known, (placeholder) => {
      const secret = this.#find(placeholder);
      if (secret === undefined) return placeholder;
      this.#assertPlace(secret, place);
      this.#used.add(secret.name);
      return encode(secret.value.reveal(), secret.name);
    });
  }

  #assertPlace(secret: SecretBinding, place: SecretBinding['in']): void {
    const { host, isHttp } = this.#target;
    if (!matchesHostPattern(secret.host, host))
      throw misplaced(`The secret ${secret.name} was sent to ${host}, but it is bound to ${secret.host}.`);
    if (isHttp) throw misplaced(`The secret ${secret.name} can be sent over https only.`);
    if (secret.in !== place)
      throw misplaced(
        `The secret ${secret.name} was put into ${PLACES[place]}, but belongs into ${PLACES[secret.in]}.`,
      );
  }

  #refuseIn(text: string, where: string): void {
    if (!text.includes(MARK)) return;
    this.#refuseUnknown(text);
    const [placeholder] = text.match(this.#known ?? /$^/) ?? [];
    const secret = placeholder === undefined ? undefined : this.#find(placeholder);
    if (secret !== undefined) throw misplaced(`The secret ${secret.name} was put into ${where}.`);
  }

  /** A placeholder of another server, or of a secret that is gone. */
  #refuseUnknown(text: string): void {
    const rest = this.#known === undefined ? text : text.replace(this.#known, '');
    if (new RegExp(PLACEHOLDER_PATTERN).test(rest))
      throw new EgressRefusal('secret_unknown', 'The request holds a secret that this server does not have any more.');
  }

  #find(placeholder: string): SecretBinding | undefined {
    return this.#secrets.find((secret) => secret.placeholder === placeholder);
  }
}

function hasTooManyMarks(body: Buffer): boolean {
  let marks = 0;
  for (let at = body.indexOf(MARK); at !== -1; at = body.indexOf(MARK, at + MARK.length)) {
    marks += 1;
    if (marks > MARKS_MAX) return true;
  }
  return false;
}

const misplaced = (sentence: string) =>
  new EgressRefusal('secret_misplaced', `${sentence} The request was refused and the secret was not sent.`);

function decode(text: string): string {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return text.toLowerCase();
  }
}

/** A value must not break out of the text that it stands in. */
function bodyEncoder(contentType: string): (value: string) => string {
  if (/[/+]json\b/i.test(contentType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/x-www-form-urlencoded/i.test(contentType)) return encodeURIComponent;
  if (/[/+](?:xml|html)\b/i.test(contentType))
    return (value) => value.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return (value) => value;
}
