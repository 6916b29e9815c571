import { stripVTControlCharacters } from 'node:util';

export interface LineSplitter {
  write(chunk: string): void;
  /** Hands out what came without a line end. */
  end(): void;
}

/** Calls `onLine` once a complete line, however the stream was cut; blank lines are dropped. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  const emit = (line: string) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    // next shows and hides the cursor on lines of their own.
    if (stripVTControlCharacters(text).trim() !== '') onLine(text);
  };
  return {
    write(chunk) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(emit);
    },
    end() {
      emit(rest);
      rest = '';
    },
  };
}

const LEVELS: Record<number, string> = { 10: 'trace', 20: 'debug', 30: '', 40: 'warn', 50: 'error', 60: 'fatal' };
/** What every pino line carries and the prefix already says. */
const IMPLIED = new Set(['level', 'time', 'pid', 'hostname', 'name', 'app', 'msg', 'err', 'v']);

/** A pino line as a person reads it, an error's stack below it; any other line as it is. */
export function toReadableLines(line: string): string[] {
  const record = parseRecord(line);
  if (!record) return [line];
  const level = LEVELS[Number(record.level)] ?? '';
  const fields = Object.entries(record)
    .filter(([key, value]) => !IMPLIED.has(key) && value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
  const head = [level, record.msg, ...fields].filter((part) => part !== undefined && part !== '').join(' ');
  return [head, ...toStackLines(record.err)];
}

function toStackLines(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const text = typeof stack === 'string' ? stack : typeof message === 'string' ? message : JSON.stringify(error);
  return text.split('\n').map((row) => `  ${row.trim()}`);
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{"')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
