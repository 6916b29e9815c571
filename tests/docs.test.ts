import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const DOCS = ['README.md', 'ARCHITECTURE.md', 'CHOICES.md', 'CONTRIBUTING.md'];
/** Commands of pnpm itself, which need no script. */
const PNPM_COMMANDS = ['install', 'add', 'remove', 'exec', 'dlx', 'run', 'why', 'outdated', 'store'];

const textOf = (doc: string) => readFileSync(join(ROOT, doc), 'utf8');

/** Whatever in backticks or in a link's target looks like a path of this repository, without its line number. */
function listPaths(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
  const linked = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return [...quoted, ...linked]
    .map((path) =>
      path
        .replace(/^\.\//, '')
        .replace(/[:#].*$/, '')
        .replace(/\/$/, ''),
    )
    .filter(
      (path) =>
        /^(apps|packages|scripts|tests|e2e|bench|docs|\.ci)(\/[\w.@*<>{},()[\]-]+)*$/.test(path) ||
        /^[\w.-]+\.(md|ya?ml)$/.test(path) ||
        path === '.env.example',
    );
}

/** The part before the first placeholder such as `*` or `<name>`. */
function toFixedPart(path: string): string {
  const segments = path.split('/');
  const placeholder = segments.findIndex((segment) => /[*<>{}]/.test(segment));
  return segments.slice(0, placeholder === -1 ? undefined : placeholder).join('/');
}

test.each(DOCS)('%s exists', (doc) => {
  expect(existsSync(join(ROOT, doc))).toBe(true);
});

test.each(DOCS)('every path that %s cites exists', (doc) => {
  const missing = listPaths(textOf(doc)).filter((path) => !existsSync(join(ROOT, toFixedPart(path))));
  expect(missing).toEqual([]);
});

test.each(DOCS)('every pnpm command that %s names is a script', (doc) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [
    ...textOf(doc).matchAll(/(?:^ {4}|`)(?:[A-Z_]+=\S+ )*(?:corepack )?pnpm (?:run )?([a-z][a-z0-9:-]*)/gm),
  ];
  const unknown = named
    .map(([, name]) => name ?? '')
    .filter((name) => !(name in scripts) && !PNPM_COMMANDS.includes(name));
  expect(unknown).toEqual([]);
});

test('the reader of paths finds what it should, and leaves the rest', () => {
  const text =
    'See `packages/db/src/index.ts:12`, `apps/*/src/main.ts`, [x](docs/a.md#part), `a/b`, `POST /v1/servers`.';
  expect(listPaths(text)).toEqual(['packages/db/src/index.ts', 'apps/*/src/main.ts', 'docs/a.md']);
  expect(toFixedPart('apps/*/src/main.ts')).toBe('apps');
});
