import { ERROR_MESSAGE_CHARS_MAX, LOG_LINE_CHARS_MAX, LOG_LINES_MAX } from './constants.ts';
import { CALL_FAILURES, type CallFailure, type CallOutcome, type GuestLogLine } from './sandbox.ts';

/**
 * Parses what the guest answered; undefined when it is no answer. Tool code shares the guest's isolate and can forge
 * anything, so every field is checked and cut here again.
 */
export function parseGuestAnswer(text: string, logBytesMax: number): CallOutcome | undefined {
  const answer = parseObject(text);
  if (!answer) return undefined;
  const logs = parseLogs(answer.logs, logBytesMax);
  if (answer.ok === true && 'value' in answer) return { ok: true, value: answer.value, logs };
  if (answer.ok !== false || !isCallFailure(answer.reason) || typeof answer.message !== 'string') return undefined;
  return { ok: false, reason: answer.reason, message: answer.message.slice(0, ERROR_MESSAGE_CHARS_MAX), logs };
}

/** What the guest says about its bundle: undefined when it has loaded, otherwise why it has not. */
export function parseLoadError(text: string): string | undefined {
  const health = parseObject(text);
  if (health?.ready === true) return undefined;
  return typeof health?.message === 'string'
    ? health.message.slice(0, ERROR_MESSAGE_CHARS_MAX).replace(/[.\s]+$/, '')
    : 'no reason given';
}

/** Bytes an answer may have on the wire: JSON escapes make at most six bytes out of one byte of log. */
export const answerBytesMax = (resultBytes: number, logBytes: number): number =>
  resultBytes + 6 * (logBytes + ERROR_MESSAGE_CHARS_MAX) + LOG_LINES_MAX * 100;

const isCallFailure = (value: unknown): value is CallFailure => CALL_FAILURES.some((failure) => failure === value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function parseLogs(value: unknown, bytesMax: number): GuestLogLine[] {
  if (!Array.isArray(value)) return [];
  const lines: GuestLogLine[] = [];
  let bytesLeft = bytesMax + ERROR_MESSAGE_CHARS_MAX;
  // One more than the guest's own limit: its last line says how many were dropped.
  for (const line of value.slice(0, LOG_LINES_MAX + 1) as unknown[]) {
    if (!isObject(line) || typeof line.message !== 'string') continue;
    const message = line.message.slice(0, LOG_LINE_CHARS_MAX);
    bytesLeft -= Buffer.byteLength(message);
    if (bytesLeft < 0) break;
    const level = LEVELS.find((name) => name === line.level) ?? 'info';
    const elapsedMs = typeof line.elapsedMs === 'number' && line.elapsedMs >= 0 ? Math.round(line.elapsedMs) : 0;
    lines.push({ level, message, elapsedMs });
  }
  return lines;
}
