import { canonicalHost, isAddress, isPublicName, touchesReservedHost } from './host-name.ts';
import { isPublicSuffix } from './public-suffixes.ts';

export type ParsedEgressRule =
  | { readonly ok: true; readonly host: string }
  /** The sentence says what is wrong and what to enter instead. */
  | { readonly ok: false; readonly sentence: string };

export interface ParseEgressRuleOptions {
  /** The platform's own hosts: a server must not reach the platform from inside. */
  readonly reservedHosts?: readonly string[] | undefined;
}

const INPUT_CHARS_MAX = 300;
const EXAMPLE = 'such as api.example.com or *.example.com';

/** Reads what an owner enters as a host to allow; gives it in lower case and punycode, as the guard compares it. */
export function parseEgressRule(text: string, options: ParseEgressRuleOptions = {}): ParsedEgressRule {
  const entered = text.trim();
  const shapeProblem = findShapeProblem(entered);
  if (shapeProblem !== undefined) return { ok: false, sentence: shapeProblem };
  const isWildcard = entered.startsWith('*.');
  const name = canonicalHost(isWildcard ? entered.slice(2) : entered);
  if (name === undefined) return { ok: false, sentence: `This is not a host name. Enter one ${EXAMPLE}.` };
  const sentence = findNameProblem(name, isWildcard, options.reservedHosts ?? []);
  return sentence === undefined ? { ok: true, host: isWildcard ? `*.${name}` : name } : { ok: false, sentence };
}

function findShapeProblem(entered: string): string | undefined {
  if (entered === '') return `Enter a host name ${EXAMPLE}.`;
  if (entered.length > INPUT_CHARS_MAX) return 'This is longer than any host name.';
  if (entered === '*') return `"*" would allow every host. Enter the hosts one by one, ${EXAMPLE}.`;
  if (entered.startsWith('[') || /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.:]*$/i.test(entered)) return ADDRESS_SENTENCE;
  if (/[/\\?#]/.test(entered)) return `Enter only the host name, ${EXAMPLE}, without https:// and without a path.`;
  if (entered.includes('@')) return 'Enter only the host name, without a user name.';
  if (entered.includes(':')) return 'Enter only the host name, without a port; requests go to the standard port.';
  if (/\*/.test(entered.replace(/^\*\./, '')))
    return 'A "*" stands for exactly one label and only at the beginning, as in *.example.com.';
  // The URL parser drops tabs and line ends and decodes "%"; what a person typed must not change its meaning.
  if (/[\s%\p{Cc}\p{Cf}]/u.test(entered)) return `A host name has no spaces and no "%". Enter one ${EXAMPLE}.`;
  return undefined;
}

const ADDRESS_SENTENCE = 'IP addresses cannot be allowed. Enter the host name of the service.';

function findNameProblem(name: string, isWildcard: boolean, reservedHosts: readonly string[]): string | undefined {
  if (isAddress(name)) return ADDRESS_SENTENCE;
  if (isWildcard && isPublicSuffix(name))
    return `"*.${name}" would allow hosts of unrelated owners. Enter the full host name of the service.`;
  if (!name.includes('.')) return `"${name}" is not a full host name. Enter one ${EXAMPLE}.`;
  if (!isPublicName(name)) return `"${name}" is not a host name on the public internet.`;
  if (touchesReservedHost(isWildcard ? `*.${name}` : name, reservedHosts))
    return `"${name}" belongs to this platform and cannot be allowed.`;
  return undefined;
}
