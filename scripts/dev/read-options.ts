import { parseArgs } from 'node:util';
import { StopReason } from './stop-reason.ts';

export interface DevOptions {
  isProduction: boolean;
  isDockerAllowed: boolean;
  isWatching: boolean;
  /** What the person typed, for messages that tell them to type it again. */
  command: string;
}

/** @throws StopReason for a flag that does not exist */
export function readOptions(args: readonly string[]): DevOptions {
  try {
    const { values } = parseArgs({
      // pnpm passes its own separator on.
      args: args.filter((arg) => arg !== '--'),
      options: {
        production: { type: 'boolean', default: false },
        'no-docker': { type: 'boolean', default: false },
        'no-watch': { type: 'boolean', default: false },
      },
    });
    const isDockerAllowed = !values['no-docker'];
    return {
      isProduction: values.production,
      isDockerAllowed,
      isWatching: !values.production && !values['no-watch'],
      command: values.production ? 'pnpm start' : isDockerAllowed ? 'pnpm dev' : 'pnpm dev:no-docker',
    };
  } catch (error) {
    throw new StopReason(`${error instanceof Error ? error.message : error} Flags: --no-docker, --no-watch.`);
  }
}
