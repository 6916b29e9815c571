export { createLogger, type Logger, type LogLevel } from './create-logger.ts';
export { runUntilStopped } from './run-until-stopped.ts';
export {
  type Env,
  isLoopbackUrl,
  isSecureUrl,
  parseSettings,
  publicUrlProblem,
  publicUrlSettings,
  setting,
  toPublicUrls,
} from './settings.ts';
