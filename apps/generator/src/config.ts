import {
  type Env,
  minSandboxTier,
  modelSettings,
  parseSettings,
  publicUrlProblem,
  publicUrlSettings,
  sandboxSettings,
  setting,
  toAnthropicConfig,
  toPublicUrls,
} from '@bmm/process';
import { z } from 'zod';

const EnvSchema = z
  .object({
    ...publicUrlSettings,
    DATABASE_URL: setting.databaseUrl,
    REDIS_URL: setting.text.optional(),
    ...modelSettings,
    ...sandboxSettings,
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
    anthropic: toAnthropicConfig(value),
    sandbox: { runDir: value.SANDBOX_RUN_DIR, minTier: minSandboxTier(value) },
    concurrency: value.BUILD_CONCURRENCY,
    leaseMs: value.BUILD_LEASE_MS,
    logLevel: value.LOG_LEVEL,
    exitWithParent: value.BMM_PARENT_WATCH === '1',
  });
}
