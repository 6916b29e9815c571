import { SECRET_VALUE_CHARS_MAX, SECRETS_MAX, Secret, SecretNameSchema } from '@bmm/types';
import { z } from 'zod';
import { matchesHostPattern } from './host-name.ts';
import { parseEgressRule } from './parse-egress-rule.ts';
import { PLACEHOLDER_PATTERN } from './placeholder.ts';
import { SecretRedactor } from './secret-redactor.ts';

/** A rule's host as it is stored: what `parseEgressRule` gives. */
const RuleHostSchema = z.string().refine((host) => {
  const parsed = parseEgressRule(host);
  return parsed.ok && parsed.host === host;
}, 'An allowed host is a public name like api.example.com or *.example.com.');

const isSecretText = (value: unknown): value is Secret<string> => {
  if (!(value instanceof Secret)) return false;
  const text: unknown = value.reveal();
  return typeof text === 'string' && text !== '' && text.length <= SECRET_VALUE_CHARS_MAX;
};

export const SecretBindingSchema = z.strictObject({
  name: SecretNameSchema,
  /** What the guest holds in the value's place; from `newPlaceholder`. */
  placeholder: z.string().regex(new RegExp(`^(?:${PLACEHOLDER_PATTERN})$`), 'A placeholder comes from newPlaceholder.'),
  value: z.custom<Secret<string>>(isSecretText, 'A secret is a text that is not empty.'),
  /** The only host that the value is sent to. */
  host: RuleHostSchema,
  /** The only place of a request in which the placeholder is replaced. */
  in: z.enum(['header', 'query', 'body']),
});
export type SecretBinding = Readonly<z.infer<typeof SecretBindingSchema>>;

export const EgressRuleSchema = z.strictObject({ host: RuleHostSchema, allowHttp: z.boolean() });
export type EgressRule = Readonly<z.infer<typeof EgressRuleSchema>>;

const RULES_MAX = 200;

export const EgressPolicySchema = z.strictObject({
  serverId: z.string().min(1).max(200),
  rules: z.array(EgressRuleSchema).max(RULES_MAX),
  secrets: z
    .array(SecretBindingSchema)
    .max(SECRETS_MAX)
    .refine((secrets) => new Set(secrets.map(({ placeholder }) => placeholder)).size === secrets.length, {
      message: 'Two secrets have the same placeholder.',
    }),
});

/** What one server may reach, and the secrets that are put into its requests. No rule: nothing. */
export interface EgressPolicy {
  readonly serverId: string;
  readonly rules: readonly EgressRule[];
  readonly secrets: readonly SecretBinding[];
}

/** A checked policy with what is made of it once. */
export interface CompiledPolicy extends EgressPolicy {
  readonly redactor: SecretRedactor;
}

/** @throws TypeError with a sentence, without any secret's value */
export function compilePolicy(policy: EgressPolicy): CompiledPolicy {
  const parsed = EgressPolicySchema.safeParse(policy);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TypeError(`The egress policy is not valid: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return { ...parsed.data, redactor: new SecretRedactor(parsed.data.secrets) };
}

export type RuleVerdict = 'allowed' | 'http_not_allowed' | 'host_not_listed';

/** Asks the rules for one request; several rules may name a host, and one that allows it is enough. */
export function checkRules(
  rules: readonly EgressRule[],
  { host, isHttp }: { host: string; isHttp: boolean },
): RuleVerdict {
  const matching = rules.filter((rule) => matchesHostPattern(rule.host, host));
  if (matching.length === 0) return 'host_not_listed';
  return !isHttp || matching.some((rule) => rule.allowHttp) ? 'allowed' : 'http_not_allowed';
}
