import { join } from 'node:path';
import { type AppName, type Env, pickAppEnvironment } from './app-environment.ts';
import type { Ports } from './check-ports.ts';
import type { Color } from './terminal.ts';

export type Readiness = { kind: 'answers'; url: string } | { kind: 'prints'; text: string };

export interface StackApp {
  name: string;
  color: Color;
  cwd: string;
  /** Arguments for the node binary that runs us: no shell and no package manager stands between a signal and the app. */
  args: readonly string[];
  env: Record<string, string>;
  readiness: Readiness;
}

export interface StackAppsOptions {
  root: string;
  isProduction: boolean;
  isWatching: boolean;
  ports: Ports;
  env: Env;
}

/** In the order of the start: what others call comes first. The stop goes the other way. */
export function toStackApps(options: StackAppsOptions): StackApp[] {
  const { ports } = options;
  const node = options.isProduction
    ? ['--conditions=compiled', '--enable-source-maps', 'dist/main.js']
    : [...(options.isWatching ? ['--watch', '--watch-preserve-output'] : []), '--import', 'tsx', 'src/main.ts'];
  const next = ['node_modules/next/dist/bin/next', options.isProduction ? 'start' : 'dev'];
  const app = (name: AppName, color: Color, args: readonly string[], readiness: Readiness): StackApp => ({
    name,
    color,
    cwd: join(options.root, 'apps', name),
    args,
    env: pickAppEnvironment(name, options.env),
    readiness,
  });
  return [
    app('generator', 'magenta', node, { kind: 'prints', text: 'generator ready' }),
    app('api', 'green', node, { kind: 'answers', url: `http://127.0.0.1:${ports.api}/health` }),
    app('gateway', 'yellow', node, { kind: 'answers', url: `http://localhost:${ports.gateway}/health` }),
    // next builds absolute redirects from the host it was told to listen on, so it must be the one in WEB_URL.
    app('web', 'blue', [...next, '-p', String(ports.web), '-H', 'localhost'], {
      kind: 'answers',
      url: `http://localhost:${ports.web}/`,
    }),
  ];
}
