import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * Who may import whom among our own packages: `auth` is the package's front door, `auth/verify` a smaller one that it
 * exports. A new folder has to be added here, and no comment can switch it off.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'packages/types': [],
  'packages/process': ['types'],
  'packages/embedded-postgres': [],
  'packages/auth': ['types'],
  'packages/db': ['types'],
  'packages/egress': ['types'],
  'packages/generation': ['types'],
  'packages/mcp': ['types'],
  'packages/queue': ['types'],
  'packages/sandbox': ['types'],
  'packages/services': ['auth', 'db', 'generation', 'queue', 'types'],
  'packages/testing': ['db', 'embedded-postgres', 'queue', 'types'],
  'apps/api': ['auth', 'db', 'generation', 'process', 'queue', 'services', 'types'],
  'apps/gateway': ['auth/verify', 'db', 'mcp', 'process', 'queue', 'sandbox', 'types'],
  'apps/generator': ['db', 'generation', 'mcp', 'process', 'queue', 'sandbox', 'services', 'types'],
  'apps/web': ['types'],
};
/** What tests may import beyond that; it never reaches a running app. */
const TESTS_MAY_IMPORT: Record<string, readonly string[]> = {
  '*': ['testing', 'embedded-postgres'],
  'packages/auth': ['db'],
  'packages/egress': ['sandbox'],
};
/** Packages for development: no app and no package depends on them outside its tests. */
const DEVELOPMENT_ONLY = ['testing', 'embedded-postgres'];
/** The places that turn the environment into a config; everything else gets its settings handed in. */
const MAY_READ_ENVIRONMENT = [
  /^apps\/[^/]+\/src\/main\.ts$/,
  /^apps\/web\/(src\/lib\/env|src\/instrumentation|next\.config)\.ts$/,
  /^packages\/db\/drizzle\.config\.ts$/,
  /^packages\/testing\//,
];

interface SourceFile {
  path: string;
  isTest: boolean;
  imports: string[];
  code: string;
}

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(ROOT, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`),
);
const filesOf = new Map(folders.map((folder) => [folder, listSources(folder).map(readSource)]));

function listSources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|dist|\.next|\.turbo)$/.test(entry.name) ? [] : listSources(path);
    return /\.[cm]?[jt]sx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

function readSource(path: string): SourceFile {
  const code = readFileSync(join(ROOT, path), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
  const found = code.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]([^'"\n]+)['"]/g);
  const isTest = /\.test\.tsx?$|\/(testing|test-support)\/|-(contract|suite|test-bed)\.ts$|\/test-[^/]+\.ts$/.test(
    path,
  );
  return { path, isTest, imports: [...found].map(([, specifier]) => specifier ?? ''), code };
}

function readManifest(folder: string): { dependencies: string[]; devDependencies: string[] } {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Record<string, object>;
  const own = (key: string) =>
    Object.keys(manifest[key] ?? {}).flatMap((name) => (name.startsWith('@bmm/') ? [name.slice('@bmm/'.length)] : []));
  return { dependencies: own('dependencies'), devDependencies: own('devDependencies') };
}

const allowed = (folder: string) => MAY_IMPORT[folder] ?? [];
const allowedInTests = (folder: string) => [
  ...allowed(folder),
  ...(TESTS_MAY_IMPORT['*'] ?? []),
  ...(TESTS_MAY_IMPORT[folder] ?? []),
];
const toPackage = (specifier: string) => specifier.replace(/^@bmm\//, '').split('/')[0] ?? '';
const isOwn = (specifier: string) => specifier.startsWith('@bmm/');

test('every folder of apps and packages stands in the table, and nothing else', () => {
  expect(Object.keys(MAY_IMPORT).toSorted()).toEqual(folders.toSorted());
});

test('the table has no app as a target, no circle, and keeps services and signing from the gateway and all but types from web', () => {
  expect(allowed('apps/gateway').filter((name) => ['services', 'auth'].includes(name))).toEqual([]);
  expect(allowed('apps/web')).toEqual(['types']);
  const visit = (name: string, path: readonly string[]): void => {
    expect(path, `${name} imports itself through ${path.join(' → ')}`).not.toContain(name);
    expect(folders).toContain(`packages/${name}`);
    for (const next of allowed(`packages/${name}`)) visit(toPackage(next), [...path, name]);
  };
  for (const folder of folders) for (const name of allowed(folder)) visit(toPackage(name), []);
});

test('packages for development reach no app', () => {
  const importers = folders.filter((folder) => allowed(folder).some((name) => DEVELOPMENT_ONLY.includes(name)));
  expect(importers).toEqual(['packages/testing']);
});

test.each(folders)('%s imports only what the table allows', (folder) => {
  const wrong = (filesOf.get(folder) ?? []).flatMap(({ path, isTest, imports }) => {
    const names = isTest ? allowedInTests(folder) : allowed(folder);
    return imports.filter(isOwn).flatMap((specifier) => {
      // A deeper path would go round the package's public face.
      return names.some((name) => specifier === `@bmm/${name}`) ? [] : [`${path} imports ${specifier}`];
    });
  });
  expect(wrong).toEqual([]);
});

test.each(folders)('%s reaches into no other folder by a relative path', (folder) => {
  const wrong = (filesOf.get(folder) ?? []).flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => specifier.startsWith('.'))
      .filter((specifier) => relative(folder, join(dirname(path), specifier)).startsWith('..'))
      .map((specifier) => `${path} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test.each(folders)(
  '%s declares what it imports, and the manifest asks for nothing that the table forbids',
  (folder) => {
    const { dependencies, devDependencies } = readManifest(folder);
    const packagesFor = (names: readonly string[]) => names.map(toPackage);
    expect(dependencies.filter((name) => !packagesFor(allowed(folder)).includes(name))).toEqual([]);
    expect(devDependencies.filter((name) => !packagesFor(allowedInTests(folder)).includes(name))).toEqual([]);
    // Tests also find what the root declares: `testing` depends on packages whose tests use it, which must be no circle.
    const forTests = [...dependencies, ...devDependencies, ...readManifest('.').devDependencies];
    const undeclared = (filesOf.get(folder) ?? []).flatMap(({ path, isTest, imports }) => {
      const declared = isTest ? forTests : dependencies;
      return imports
        .filter((specifier) => isOwn(specifier) && !declared.includes(toPackage(specifier)))
        .map((specifier) => `${path} imports ${specifier}`);
    });
    expect(undeclared).toEqual([]);
  },
);

test('the vocabulary depends on zod and on nothing else', () => {
  const outside = (filesOf.get('packages/types') ?? [])
    .filter(({ isTest }) => !isTest)
    .flatMap(({ imports }) => imports.filter((specifier) => !specifier.startsWith('.') && specifier !== 'zod'));
  expect(outside).toEqual([]);
});

test('only the entry points read the environment', () => {
  const readers = [...filesOf.values()]
    .flat()
    .filter(({ code, isTest }) => !isTest && /\bprocess\s*(\.|\[['"])\s*env\b|['"](node:)?process['"]/.test(code))
    .map(({ path }) => path)
    .filter((path) => !MAY_READ_ENVIRONMENT.some((pattern) => pattern.test(path)));
  expect(readers).toEqual([]);
});
