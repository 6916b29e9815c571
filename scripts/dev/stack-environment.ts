import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './app-environment.ts';
import type { Ports } from './check-ports.ts';
import { HOME_DIR, SANDBOX_DIR_LENGTH_MAX } from './constants.ts';
import type { Secrets } from './secrets-file.ts';

export interface StackSettings {
  root: string;
  isProduction: boolean;
  ports: Ports;
  secrets: Secrets;
  databaseUrl: string;
  redisUrl: string | undefined;
}

export interface PublicOrigins {
  dashboardUrl: string;
  gatewayUrl: string;
  isLocalOnly: boolean;
}

/** Where people and MCP clients reach the stack. */
export function readPublicOrigins(env: Env, ports: Ports): PublicOrigins {
  const dashboardUrl = env.WEB_URL || `http://localhost:${ports.web}`;
  const gatewayUrl = env.PUBLIC_GATEWAY_URL || `http://localhost:${ports.gateway}`;
  return { dashboardUrl, gatewayUrl, isLocalOnly: [dashboardUrl, gatewayUrl].every(isLocalhost) };
}

function isLocalhost(url: string): boolean {
  return URL.canParse(url) && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

/** Everything any app may need; `pickAppEnvironment` then gives each its part. */
export function toStackEnvironment(env: Env, settings: StackSettings): Record<string, string | undefined> {
  const { ports, isProduction } = settings;
  const origins = readPublicOrigins(env, ports);
  return {
    ...env,
    ...settings.secrets,
    NODE_ENV: isProduction ? 'production' : 'development',
    BMM_ALLOW_INSECURE_LOCALHOST: isProduction && origins.isLocalOnly ? '1' : undefined,
    BMM_PARENT_WATCH: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: settings.databaseUrl,
    REDIS_URL: settings.redisUrl,
    WEB_URL: origins.dashboardUrl,
    PUBLIC_GATEWAY_URL: origins.gatewayUrl,
    API_URL: `http://127.0.0.1:${ports.api}`,
    WEB_PORT: String(ports.web),
    API_PORT: String(ports.api),
    GATEWAY_PORT: String(ports.gateway),
    SANDBOX_RUN_DIR: env.SANDBOX_RUN_DIR || toSandboxDir(settings.root),
  };
}

/** In the project where the path is short enough for a socket, else beside the system's temporary files. */
export function toSandboxDir(root: string): string {
  const inProject = join(root, HOME_DIR, 'sandbox');
  if (inProject.length <= SANDBOX_DIR_LENGTH_MAX) return inProject;
  const owner = process.getuid?.() ?? 'user';
  const id = createHash('sha256').update(root).digest('hex').slice(0, 8);
  const base = process.platform === 'win32' ? tmpdir() : '/tmp';
  return join(base, `bmm-${owner}-${id}`);
}
