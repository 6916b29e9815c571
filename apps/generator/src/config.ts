import { Secret } from '@bmm/types';
import { z } from 'zod';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .transform((value) => value.replace(/\/+$/, ''));
const milliseconds = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const EnvSchema = z.object({
  DATABASE_URL: z.string({ error: 'must be the URL of a PostgreSQL database' }).min(1),
  REDIS_URL: z.string().min(1).optional(),
  PUBLIC_GATEWAY_URL: url.default('http://localhost:4100'),
  PUBLIC_MCP_URL_TEMPLATE: z.string().min(1).optional(),
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  ANTHROPIC_MODEL: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  SANDBOX_RUN_DIR: z.string().min(1).default('.bmm/run'),
  BUILD_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  BUILD_LEASE_MS: milliseconds(1_000, 300_000).default(10_000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  BMM_PARENT_WATCH: z.enum(['0', '1']).default('0'),
});

export type GeneratorConfig = ReturnType<typeof loadConfig>;

/** Reads the environment. @throws Error that names every problem at once */
export function loadConfig(env: Readonly<Record<string, string | undefined>>) {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = EnvSchema.safeParse(filled);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
    throw new Error(`The settings of the generator are not complete:\n${problems.join('\n')}`);
  }
  const value = parsed.data;
  return Object.freeze({
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    gatewayUrl: value.PUBLIC_GATEWAY_URL,
    mcpUrlTemplate: value.PUBLIC_MCP_URL_TEMPLATE ?? `${value.PUBLIC_GATEWAY_URL}/s/{slug}/mcp`,
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
