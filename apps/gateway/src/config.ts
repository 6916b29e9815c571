import {
  type Env,
  minSandboxTier,
  parseAddressList,
  parseSettings,
  publicUrlProblems,
  publicUrlSettings,
  sandboxSettings,
  setting,
  toPublicUrls,
} from '@bmm/process';
import { z } from 'zod';
import {
  CALLS_PER_SERVER_MAX,
  CALLS_PER_TOKEN_MAX,
  SANDBOX_IDLE_MS_DEFAULT,
  SANDBOXES_MAX_DEFAULT,
} from './constants.ts';

const EnvSchema = z
  .object({
    GATEWAY_HOST: z.string().default('127.0.0.1'),
    GATEWAY_PORT: setting.port.default(4100),
    ...publicUrlSettings,
    WEB_URL: setting.httpUrl.default('http://localhost:3000'),
    API_URL: setting.httpUrl.default('http://127.0.0.1:4000'),
    DATABASE_URL: setting.databaseUrl,
    REDIS_URL: setting.text.optional(),
    ...sandboxSettings,
    SANDBOX_IDLE_MS: setting.wholeNumber(100, 86_400_000).default(SANDBOX_IDLE_MS_DEFAULT),
    SANDBOXES_MAX: setting.wholeNumber(1, 10_000).default(SANDBOXES_MAX_DEFAULT),
    CALLS_PER_TOKEN_PER_MINUTE: setting.wholeNumber(1, 10_000_000).default(CALLS_PER_TOKEN_MAX),
    CALLS_PER_SERVER_PER_MINUTE: setting.wholeNumber(1, 10_000_000).default(CALLS_PER_SERVER_MAX),
    TRUSTED_PROXIES: setting.trustedProxies,
    LOG_LEVEL: setting.logLevel,
    BMM_PARENT_WATCH: setting.flag,
  })
  .superRefine((env, ctx) => {
    for (const { name, message } of publicUrlProblems(env)) ctx.addIssue({ code: 'custom', path: [name], message });
  });

export type GatewayConfig = ReturnType<typeof loadConfig>;

/**
 * Reads the environment; empty variables count as missing.
 * @throws Error that names every problem at once
 */
export function loadConfig(env: Env) {
  const value = parseSettings('gateway', EnvSchema, env);
  const urls = toPublicUrls(value);
  return Object.freeze({
    host: value.GATEWAY_HOST,
    port: value.GATEWAY_PORT,
    urls,
    webOrigin: new URL(value.WEB_URL).origin,
    apiUrl: value.API_URL,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    sandbox: {
      runDir: value.SANDBOX_RUN_DIR,
      minTier: minSandboxTier(value),
      idleMs: value.SANDBOX_IDLE_MS,
      maxLive: value.SANDBOXES_MAX,
    },
    rates: {
      perTokenPerMinute: value.CALLS_PER_TOKEN_PER_MINUTE,
      perServerPerMinute: value.CALLS_PER_SERVER_PER_MINUTE,
    },
    trustedProxies: parseAddressList(value.TRUSTED_PROXIES),
    logLevel: value.LOG_LEVEL,
    exitWithParent: value.BMM_PARENT_WATCH === '1',
  });
}
