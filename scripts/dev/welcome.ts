import type { Env } from './app-environment.ts';
import type { Ports } from './check-ports.ts';
import type { PublicOrigins } from './stack-environment.ts';
import type { Terminal } from './terminal.ts';

export interface WelcomeFacts {
  env: Env;
  ports: Ports;
  origins: PublicOrigins;
  isProduction: boolean;
  startedInMs: number;
}

/** What a person needs once everything answers: where to go, and how to get in. */
export function toWelcome(facts: WelcomeFacts, terminal: Pick<Terminal, 'paint'>): string {
  const { env, origins, isProduction } = facts;
  const isMailed = Boolean(env.SMTP_URL);
  const lines = [
    '',
    `${terminal.paint('green', '●')} ready in ${(facts.startedInMs / 1000).toFixed(1)} s`,
    '',
    `  Dashboard    ${terminal.paint('cyan', origins.dashboardUrl)}`,
    `  API          ${terminal.paint('cyan', `http://127.0.0.1:${facts.ports.api}`)}`,
    `  MCP gateway  ${terminal.paint('cyan', origins.gatewayUrl)}`,
    '',
    `  Sign in with any e-mail address; the link is ${isMailed ? 'mailed' : "printed here, in the api's lines"}.`,
  ];
  if (!env.ANTHROPIC_API_KEY) {
    lines.push('  ANTHROPIC_API_KEY is not set: every prompt gives the same two tools, echo and now.');
  }
  if (isProduction && origins.isLocalOnly) {
    lines.push(
      '  This mode is for localhost: plain http, cookies without Secure, sign-in links printed.',
      '  For the public, set WEB_URL and PUBLIC_GATEWAY_URL to https addresses.',
    );
  }
  lines.push('  Ctrl-C stops everything.', '');
  return lines.join('\n');
}
