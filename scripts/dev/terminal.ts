export type Color = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'gray';
const CODES: Record<Color, number> = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, gray: 90 };

/** Where the stack's lines go; colour only for a person at a terminal. */
export interface Terminal {
  paint(color: Color, text: string): string;
  line(text: string): void;
  step(text: string): void;
  fail(text: string): void;
}

export function createTerminal(out: NodeJS.WriteStream = process.stdout, isColored: boolean = out.isTTY): Terminal {
  // The terminal may be closed before us (SIGHUP); an unheard write error would then end us before the apps.
  for (const stream of [out, process.stderr]) stream.on('error', () => undefined);
  const paint = (color: Color, text: string) => (isColored ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text);
  const line = (text: string) => void out.write(`${text}\n`);
  return {
    paint,
    line,
    step: (text) => line(`${paint('cyan', '›')} ${text}`),
    fail: (text) => void process.stderr.write(`${paint('red', '✗')} ${text}\n`),
  };
}
