import { type Env, parseSettings, publicUrlProblem, publicUrlSettings, setting, toPublicUrls } from '@bmm/process';
import { Secret } from '@bmm/types';
import { z } from 'zod';

const EnvSchema = z
  .object({
    ...publicUrlSettings,
    DATABASE_URL: setting.databaseUrl,
    REDIS_URL: setting.text.optional(),
    ANTHROPIC_API_KEY: setting.text.optional(),
    ANTHROPIC_MODEL: setting.text.optional(),
    ANTHROPIC_BASE_URL: setting.httpUrl.optional(),
    SANDBOX_RUN_DIR: setting.text.default('.bmm/sandbox'),
    BUILD_CONCURRENCY: setting.wholeNumber(1, 64).default(4),
    BUILD_LEASE_MS: setting.wholeNumber(1_000, 300_000).default(10_000),
    LOG_LEVEL: setting.logLevel,
    BMM_PARENT_WATCH: setting.flag,
  })
  .superRefine((env, ctx) => {
    const problem = publicUrlProblem(env);
    if (problem !== undefined) ctx.addIssue({ code: 'custom', path: ['PUBLIC_MCP_URL_TEMPLATE'], message: problem });
  });

export type GeneratorConfig = ReturnType<typeof loadConfig>;

/** Reads the environment. @throws Error that names every problem at once */
export function loadConfig(env: Env) {
  const value = parseSettings('generator', EnvSchema, env);
  return Object.freeze({
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    urls: toPublicUrls(value),
    anthropic:
      value.ANTHROPIC_API_KEY === undefined
        ? undefined
        : {
            apiKey: new Secret(value.ANTHROPIC_API_KEY),
            model: value.ANTHROPIC_MODEL,
            baseUrl: value.ANTHROPIC_BASE_URL,
          },
    sandboxRunDir: value.SANDBOX_RUN_DIR,
    concurrency: value.BUILD_CONCURRENCY,
    leaseMs: value.BUILD_LEASE_MS,
    logLevel: value.LOG_LEVEL,
    exitWithParent: value.BMM_PARENT_WATCH === '1',
  });
}
