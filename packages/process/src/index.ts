export { createLogger, type Logger, type LogLevel } from './create-logger.ts';
export { runUntilStopped } from './run-until-stopped.ts';
