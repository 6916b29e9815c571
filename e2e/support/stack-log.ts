import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Terminal } from '../../scripts/dev/terminal.ts';

const TAIL_LINES = 60;

/** Writes what the apps print, a prefix with the app's name before each line, to a file that every test process reads. */
export function createFileTerminal(file: string): Terminal {
  const line = (text: string) => appendFileSync(file, `${text}\n`);
  return {
    paint: (_color, text) => text,
    line,
    step: (text) => line(`› ${text}`),
    fail: (text) => line(`✗ ${text}`),
  };
}

export function readLog(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

export function logTail(file: string): string {
  return readLog(file).split('\n').slice(-TAIL_LINES).join('\n');
}

/** The newest sign-in link that the api printed for this address, or undefined. */
export function findSignInLink(log: string, email: string): string | undefined {
  const lines = log.split('\n');
  const at = lines.findLastIndex((line) => line.includes(`Sign-in link for ${email}:`));
  return at === -1 ? undefined : /https?:\/\/\S+/.exec(lines[at + 1] ?? '')?.[0];
}
