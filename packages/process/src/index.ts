export { createLogger, type Logger, type LogLevel } from './create-logger.ts';
export { type AddressList, clientAddressOf, isFromInside, parseAddressList } from './network-address.ts';
export { runUntilStopped } from './run-until-stopped.ts';
export {
  type Env,
  isLoopbackUrl,
  minSandboxTier,
  modelSettings,
  parseSettings,
  publicUrlProblem,
  publicUrlProblems,
  publicUrlSettings,
  sandboxSettings,
  setting,
  toAnthropicConfig,
  toPublicUrls,
} from './settings.ts';
