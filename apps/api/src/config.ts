import {
  type Env,
  isSecureUrl,
  parseSettings,
  publicUrlProblem,
  publicUrlSettings,
  setting,
  toPublicUrls,
} from '@bmm/process';
import { Secret } from '@bmm/types';
import { z } from 'zod';

const EnvSchema = z
  .object({
    ...publicUrlSettings,
    NODE_ENV: setting.nodeEnv,
    API_HOST: z.string().default('127.0.0.1'),
    API_PORT: setting.port.default(4000),
    DATABASE_URL: setting.databaseUrl,
    REDIS_URL: setting.text.optional(),
    WEB_URL: setting.httpUrl.default('http://localhost:3000'),
    BETTER_AUTH_SECRET: z
      .string({ error: 'is needed to sign sessions: at least 32 random characters' })
      .min(32, 'must have at least 32 characters'),
    SECRETS_ENCRYPTION_KEY: z.string({ error: 'is needed to seal secrets: 64 hexadecimal digits (32 bytes)' }).min(1),
    SMTP_URL: setting.text.optional(),
    MAIL_FROM: setting.text.optional(),
    ANTHROPIC_API_KEY: setting.text.optional(),
    ANTHROPIC_MODEL: setting.text.optional(),
    ANTHROPIC_BASE_URL: setting.httpUrl.optional(),
    TRUSTED_PROXIES: z.string().default('loopback'),
    LOG_LEVEL: setting.logLevel,
    BMM_ALLOW_INSECURE_LOCALHOST: setting.flag,
    BMM_PARENT_WATCH: setting.flag,
  })
  .superRefine((env, ctx) => {
    const problem = (name: keyof typeof env, message: string) =>
      ctx.addIssue({ code: 'custom', path: [name], message });
    const templateProblem = publicUrlProblem(env);
    if (templateProblem !== undefined) problem('PUBLIC_MCP_URL_TEMPLATE', templateProblem);
    if (env.NODE_ENV !== 'production') return;
    const localOnly = env.BMM_ALLOW_INSECURE_LOCALHOST === '1';
    for (const name of ['WEB_URL', 'PUBLIC_GATEWAY_URL'] as const) {
      if (!isSecureUrl(env[name], localOnly)) {
        problem(
          name,
          localOnly
            ? 'must be a localhost or https:// URL'
            : 'must start with https:// in production, because cookies and tokens travel over it',
        );
      }
    }
    if (localOnly) return;
    if (env.SMTP_URL === undefined)
      problem('SMTP_URL', 'is needed in production: sign-in links are mailed there, and never printed');
    if (env.MAIL_FROM === undefined)
      problem('MAIL_FROM', 'is needed in production: the address that sign-in links are sent from');
  });

export type ApiConfig = ReturnType<typeof loadConfig>;

/** Reads the environment. @throws Error that names every problem at once */
export function loadConfig(env: Env) {
  const value = parseSettings('api', EnvSchema, env);
  return Object.freeze({
    production: value.NODE_ENV === 'production',
    secureCookies: value.WEB_URL.startsWith('https://'),
    host: value.API_HOST,
    port: value.API_PORT,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    webUrl: value.WEB_URL,
    urls: toPublicUrls(value),
    authSecret: new Secret(value.BETTER_AUTH_SECRET),
    masterKey: new Secret(value.SECRETS_ENCRYPTION_KEY),
    mail:
      value.SMTP_URL === undefined
        ? undefined
        : { smtpUrl: new Secret(value.SMTP_URL), from: value.MAIL_FROM ?? 'BuildMyMCPServer <no-reply@localhost>' },
    anthropic:
      value.ANTHROPIC_API_KEY === undefined
        ? undefined
        : {
            apiKey: new Secret(value.ANTHROPIC_API_KEY),
            model: value.ANTHROPIC_MODEL,
            baseUrl: value.ANTHROPIC_BASE_URL,
          },
    trustedProxies: value.TRUSTED_PROXIES.split(',').map((entry) => entry.trim()),
    logLevel: value.LOG_LEVEL,
    exitWithParent: value.BMM_PARENT_WATCH === '1',
  });
}
