import { type Logger, pino } from 'pino';

export type { Logger };
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Error objects are logged with their stack and causes; nothing else of an object gets into a line unless it is named there. */
export function createLogger(name: string, level: LogLevel): Logger {
  return pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime });
}
