export type Env = Readonly<Record<string, string | undefined>>;
export type AppName = 'generator' | 'api' | 'gateway' | 'web';

/** What a program needs to run at all; nothing here is ours. */
const SYSTEM = [
  ...['PATH', 'HOME', 'USER', 'SHELL', 'LANG', 'LC_ALL', 'TZ', 'TERM', 'TMPDIR', 'XDG_RUNTIME_DIR'],
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NO_COLOR'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'],
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE'],
];
const SHARED = [
  'NODE_ENV',
  'LOG_LEVEL',
  'WEB_URL',
  'PUBLIC_GATEWAY_URL',
  'BMM_PARENT_WATCH',
  'BMM_ALLOW_INSECURE_LOCALHOST',
];
const DATA = ['DATABASE_URL', 'REDIS_URL'];
const SECRETS = ['BETTER_AUTH_SECRET', 'SECRETS_ENCRYPTION_KEY'];
const MODEL = /^ANTHROPIC_/;
const MAIL = ['SMTP_URL', 'MAIL_FROM'];

/**
 * Which app sees which variable; one that is not listed does not reach it. Gateway and generator run strangers' code
 * beside them and web faces the browser, so none of them holds a key of the control plane.
 */
const MAY_SEE: Record<AppName, readonly (string | RegExp)[]> = {
  api: [...SHARED, ...DATA, ...SECRETS, ...MAIL, MODEL, /^API_/, 'PUBLIC_MCP_URL_TEMPLATE', 'TRUSTED_PROXIES'],
  generator: [...SHARED, ...DATA, MODEL, /^BUILD_/, /^SANDBOX_(RUN_DIR|MIN_TIER)$/, 'PUBLIC_MCP_URL_TEMPLATE'],
  gateway: [
    ...SHARED,
    ...DATA,
    /^GATEWAY_/,
    /^SANDBOX/,
    /^CALLS_PER_/,
    'API_URL',
    'PUBLIC_MCP_URL_TEMPLATE',
    'TRUSTED_PROXIES',
  ],
  web: [...SHARED, 'API_URL', 'WEB_PORT', 'TRUST_FORWARDED_FOR', 'NEXT_TELEMETRY_DISABLED', 'FORCE_COLOR'],
};

/** The environment an app starts with: the system's part of ours and its own list, nothing else. */
export function pickAppEnvironment(app: AppName, env: Env): Record<string, string> {
  const rules = [...SYSTEM, ...MAY_SEE[app]];
  const isAllowed = (name: string) =>
    rules.some((rule) => (typeof rule === 'string' ? rule === name : rule.test(name)));
  const entries = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    // An empty line in .env means "not set".
    return value !== undefined && value !== '' && isAllowed(name);
  });
  return Object.fromEntries(entries);
}
