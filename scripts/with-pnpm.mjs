// Runs a command with `pnpm` on its PATH: `corepack pnpm …` alone puts none there, and turbo and nested scripts ask for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const [command, ...args] = process.argv.slice(2);
const pnpm = process.env.npm_execpath;
if (command === undefined) throw new Error('usage: with-pnpm COMMAND [ARGUMENT…]');
if (pnpm === undefined) throw new Error('Run this through a script of package.json, for example: pnpm build');

const isScript = /\.[cm]?js$/.test(pnpm);
const launch = isScript ? `"${process.execPath}" "${pnpm}"` : `"${pnpm}"`;
const folder = join(import.meta.dirname, '../node_modules/.with-pnpm');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'pnpm'), `#!/bin/sh\nexec ${launch} "$@"\n`, { mode: 0o755 });
writeFileSync(join(folder, 'pnpm.cmd'), `@${launch} %*\r\n`);

const path = `${folder}${delimiter}${process.env.PATH ?? ''}`;
const { status, error } = spawnSync(command, args, {
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
  shell: process.platform === 'win32',
});
if (error !== undefined) throw error;
process.exit(status ?? 1);
