import { createRequire } from 'node:module';

/** The package is CommonJS without types: `default` is the path of this platform's binary. */
interface WorkerdModule {
  readonly default: string;
  readonly version: string;
}

const isWorkerdModule = (module: unknown): module is WorkerdModule =>
  typeof module === 'object' &&
  module !== null &&
  'default' in module &&
  typeof module.default === 'string' &&
  'version' in module &&
  typeof module.version === 'string';

function loadWorkerd(): WorkerdModule {
  const module: unknown = createRequire(import.meta.url)('workerd');
  if (!isWorkerdModule(module)) throw new Error('The workerd package does not name its binary.');
  return module;
}

/** Absolute path of the runtime; throws when this platform has none. */
export const workerdPath = (): string => loadWorkerd().default;

/** The runtime's version, which is also the date of its V8. */
export const workerdVersion = (): string => loadWorkerd().version;
