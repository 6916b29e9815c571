import { expect, test } from 'vitest';
import { createLineSplitter, toReadableLines } from './log-lines.ts';

function split(...chunks: string[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

test('lines stay whole however the stream is cut, and blank ones are dropped', () => {
  expect(split('one\ntw', 'o\n\n  \nth', 'ree')).toEqual(['one', 'two', 'three']);
  expect(split('\u001b[?25h\n', '\u001b[32mgreen\u001b[0m\n')).toEqual(['\u001b[32mgreen\u001b[0m']);
  expect(split('windows\r\nline\r\n')).toEqual(['windows', 'line']);
});

test('a pino line reads as its message and fields', () => {
  const line = {
    level: 30,
    time: '2026-01-01T00:00:00Z',
    name: 'api',
    msg: 'request',
    route: '/v1/me',
    status: 200,
    ms: 3,
  };
  expect(toReadableLines(JSON.stringify(line))).toEqual(['request route=/v1/me status=200 ms=3']);
});

test('an error shows its level and its stack', () => {
  const line = {
    level: 50,
    msg: 'failed',
    err: { type: 'Error', message: 'boom', stack: 'Error: boom\n    at main.ts:1' },
  };
  expect(toReadableLines(JSON.stringify(line))).toEqual(['error failed', '  Error: boom', '  at main.ts:1']);
});

test('a long sign-in link stays in one piece', () => {
  const url = `http://localhost:3000/sign-in/verify?token=${'x'.repeat(300)}`;
  expect(toReadableLines(JSON.stringify({ level: 30, msg: `Sign-in link: ${url}` }))).toEqual([`Sign-in link: ${url}`]);
});

test.each(['plain text', '{"json": "without a level"}', '{"level": broken'])('%s stays as it is', (line) => {
  expect(toReadableLines(line)).toEqual([line]);
});
