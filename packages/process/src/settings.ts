import { type PublicUrls, publicUrls, Secret } from '@bmm/types';
import { z } from 'zod';
import { parseAddressList } from './network-address.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Settings that several apps read, each with one meaning. */
export const setting = {
  httpUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .transform((text) => text.replace(/\/+$/, '')),
  port: z.coerce.number().int().min(1).max(65_535),
  text: z.string().min(1),
  flag: z.enum(['0', '1']).default('0'),
  nodeEnv: z.enum(['development', 'test', 'production']).default('development'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  databaseUrl: z.string({ error: 'must be the URL of a PostgreSQL database' }).min(1),
  /** Proxies whose X-Forwarded-For is believed. */
  trustedProxies: z
    .string()
    .default('loopback')
    .transform((text, ctx) => {
      const entries = text.split(',').map((entry) => entry.trim());
      try {
        parseAddressList(entries);
      } catch (error) {
        ctx.addIssue({
          code: 'custom',
          message: `holds what is no address: ${error instanceof Error ? error.message : ''}`,
        });
      }
      return entries;
    }),
  wholeNumber: (min: number, max: number) =>
    z.coerce.number(`must be a whole number from ${min} to ${max}`).int().min(min).max(max),
} as const;

/** Where tool code runs and behind which walls at least; gateway and generator start sandboxes. */
export const sandboxSettings = {
  NODE_ENV: setting.nodeEnv,
  BMM_ALLOW_INSECURE_LOCALHOST: setting.flag,
  SANDBOX_RUN_DIR: setting.text.default('.bmm/sandbox'),
  SANDBOX_MIN_TIER: z.enum(['bwrap', 'unshare', 'plain']).optional(),
};
type SandboxSettings = z.infer<z.ZodObject<typeof sandboxSettings>>;

/** Strangers' code needs walls that the kernel holds; on one's own machine a plain process is better than none. */
export function minSandboxTier(values: SandboxSettings): 'bwrap' | 'unshare' | 'plain' {
  const isPublic = values.NODE_ENV === 'production' && values.BMM_ALLOW_INSECURE_LOCALHOST !== '1';
  return values.SANDBOX_MIN_TIER ?? (isPublic ? 'unshare' : 'plain');
}

/** Where clients reach the platform; all apps that build URLs read these two. */
export const publicUrlSettings = {
  PUBLIC_GATEWAY_URL: setting.httpUrl.default('http://localhost:4100'),
  PUBLIC_MCP_URL_TEMPLATE: setting.text.optional(),
};
interface PublicUrlValues {
  readonly PUBLIC_GATEWAY_URL: string;
  readonly PUBLIC_MCP_URL_TEMPLATE?: string | undefined;
}

/** @throws TypeError when the template is none */
export function toPublicUrls(values: PublicUrlValues): PublicUrls {
  const { PUBLIC_GATEWAY_URL: gateway, PUBLIC_MCP_URL_TEMPLATE: template } = values;
  return publicUrls(gateway, template ?? `${new URL(gateway).origin}/s/{slug}/mcp`);
}

/** Why the template cannot be used, as the end of a sentence that begins with its name. */
export function publicUrlProblem(values: PublicUrlValues): string | undefined {
  try {
    toPublicUrls(values);
    return undefined;
  } catch {
    return 'must be a URL that contains {slug} once, without query and fragment';
  }
}

export function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

type ExposedUrl = 'WEB_URL' | 'PUBLIC_GATEWAY_URL' | 'PUBLIC_MCP_URL_TEMPLATE';
interface ExposedUrlValues extends PublicUrlValues {
  readonly NODE_ENV: string;
  readonly WEB_URL: string;
  readonly BMM_ALLOW_INSECURE_LOCALHOST: '0' | '1';
}

/** What is wrong with the URLs that tokens and cookies travel to, each as the end of a sentence that begins with its name. */
export function publicUrlProblems(values: ExposedUrlValues): { readonly name: ExposedUrl; readonly message: string }[] {
  const templateProblem = publicUrlProblem(values);
  if (templateProblem !== undefined) return [{ name: 'PUBLIC_MCP_URL_TEMPLATE', message: templateProblem }];
  if (values.NODE_ENV !== 'production') return [];
  const isLocalAllowed = values.BMM_ALLOW_INSECURE_LOCALHOST === '1';
  const message = isLocalAllowed
    ? 'must be a localhost or https:// URL'
    : 'must start with https:// in production, because cookies and tokens travel over it';
  return (['WEB_URL', 'PUBLIC_GATEWAY_URL', 'PUBLIC_MCP_URL_TEMPLATE'] as const).flatMap((name) => {
    const url = values[name];
    return url === undefined || isSecureUrl(url, isLocalAllowed) ? [] : [{ name, message }];
  });
}

/** The model that writes specs; without a key there is none. */
export const modelSettings = {
  ANTHROPIC_API_KEY: setting.text.optional(),
  ANTHROPIC_MODEL: setting.text.optional(),
  ANTHROPIC_BASE_URL: setting.httpUrl.optional(),
};
interface ModelValues {
  readonly ANTHROPIC_API_KEY?: string | undefined;
  readonly ANTHROPIC_MODEL?: string | undefined;
  readonly ANTHROPIC_BASE_URL?: string | undefined;
}

export function toAnthropicConfig(values: ModelValues) {
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_MODEL: model, ANTHROPIC_BASE_URL: baseUrl } = values;
  return apiKey === undefined ? undefined : { apiKey: new Secret(apiKey), model, baseUrl };
}

/** Whether tokens and cookies may travel to this URL in production: over TLS, or not off this machine when that is allowed. */
function isSecureUrl(url: string, allowLoopback: boolean): boolean {
  const real = url.replace('{slug}', 'x');
  return new URL(real).protocol === 'https:' || (allowLoopback && isLoopbackUrl(real));
}

/**
 * Reads an app's settings; empty variables count as missing.
 * @throws Error that names every problem at once
 */
export function parseSettings<T extends z.ZodType>(app: string, schema: T, env: Env): z.output<T> {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(filled);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  throw new Error(`The settings of the ${app} are not complete:\n${problems.join('\n')}`);
}
