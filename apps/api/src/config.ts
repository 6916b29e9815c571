import { parseMasterKey } from '@bmm/auth';
import {
  type Env,
  modelSettings,
  parseSettings,
  publicUrlProblems,
  publicUrlSettings,
  setting,
  toAnthropicConfig,
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
    SECRETS_ENCRYPTION_KEY: z
      .string({ error: 'is needed to seal secrets: 64 hexadecimal digits (32 bytes)' })
      .transform((hex, ctx) => {
        try {
          return parseMasterKey(hex);
        } catch (error) {
          ctx.addIssue({ code: 'custom', message: `is no key. ${error instanceof TypeError ? error.message : ''}` });
          return z.NEVER;
        }
      }),
    SMTP_URL: setting.text.optional(),
    MAIL_FROM: setting.text.optional(),
    ...modelSettings,
    TRUSTED_PROXIES: setting.trustedProxies,
    LOG_LEVEL: setting.logLevel,
    BMM_ALLOW_INSECURE_LOCALHOST: setting.flag,
    BMM_PARENT_WATCH: setting.flag,
  })
  .superRefine((env, ctx) => {
    const problem = (name: keyof typeof env, message: string) =>
      ctx.addIssue({ code: 'custom', path: [name], message });
    for (const { name, message } of publicUrlProblems(env)) problem(name, message);
    if (env.NODE_ENV !== 'production' || env.BMM_ALLOW_INSECURE_LOCALHOST === '1') return;
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
    masterKey: value.SECRETS_ENCRYPTION_KEY,
    mail:
      value.SMTP_URL === undefined
        ? undefined
        : { smtpUrl: new Secret(value.SMTP_URL), from: value.MAIL_FROM ?? 'BuildMyMCPServer <no-reply@localhost>' },
    anthropic: toAnthropicConfig(value),
    trustedProxies: value.TRUSTED_PROXIES,
    logLevel: value.LOG_LEVEL,
    exitWithParent: value.BMM_PARENT_WATCH === '1',
  });
}
