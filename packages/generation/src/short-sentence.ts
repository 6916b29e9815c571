import { PROBLEM_CHARS_MAX } from './constants.ts';

export function toShortSentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length <= PROBLEM_CHARS_MAX ? line : `${line.slice(0, PROBLEM_CHARS_MAX - 1)}…`;
}
