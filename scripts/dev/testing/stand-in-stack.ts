/** Runs a stack of stand-in apps from a folder: stand-in-stack.ts <folder> <json list of {name, port, flags}>. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@bmm/embedded-postgres';
import { claimRunFile } from '../run-file.ts';
import { Stack } from '../stack.ts';
import { superviseStack } from '../supervise-stack.ts';
import { createTerminal } from '../terminal.ts';

export interface StandIn {
  name: string;
  port: number;
  flags: string[];
}

const [folder = '', list = '[]', postgresPort] = process.argv.slice(2);
const runFile = join(folder, 'run.json');
const terminal = createTerminal();
const claim = claimRunFile(runFile, 'http://localhost:1');
if (!claim.ok) {
  terminal.fail(`already running (pid ${claim.running?.pid})`);
  process.exit(1);
}
const stack = new Stack(runFile, terminal);
const program = fileURLToPath(new URL('./stand-in-app.mjs', import.meta.url));
process.exitCode = await superviseStack({
  stack,
  terminal,
  endsWithParent: false,
  async start() {
    stack.startKeeper();
    if (postgresPort) {
      const homeDir = join(folder, 'postgres');
      stack.ownEmbedded(await startEmbeddedPostgres({ homeDir, port: Number(postgresPort), signal: stack.signal }));
    }
    const apps = (JSON.parse(list) as StandIn[]).map(({ name, port, flags }) => ({
      name,
      color: 'blue' as const,
      cwd: folder,
      args: [program, String(port), ...flags],
      env: { PATH: process.env.PATH ?? '' },
      readiness: flags.includes('--by-line')
        ? ({ kind: 'prints', text: 'stand-in ready' } as const)
        : ({ kind: 'answers', url: `http://127.0.0.1:${port}/` } as const),
    }));
    await Promise.all(apps.map((app) => stack.startApp(app)));
    stack.markReady();
    terminal.line('everything is ready');
  },
});
process.exit();
