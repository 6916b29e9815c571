import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { POSTGRES_MAJOR } from './constants.ts';
import type { Layout } from './layout.ts';
import { isProcessAlive } from './process-alive.ts';
import type { Programs } from './programs.ts';
import { ensureOwner, type RunAs } from './run-as.ts';

/** The superuser's password: random, made once, readable by us only. */
export function ensurePassword({ passwordFile }: Layout): string {
  try {
    writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(passwordFile, 'utf8').trim();
}

/** Makes the data folder unless there is one; throws when it was made by another major version. */
export function ensureCluster(layout: Layout, programs: Programs, runAs: RunAs, password: string): void {
  assertVersion(layout.dataDir);
  if (!existsSync(layout.dataDir)) createCluster(layout, programs, runAs, password);
  ensureOwner(layout.dataDir, runAs.owner);
}

function assertVersion(dataDir: string): void {
  const versionFile = join(dataDir, 'PG_VERSION');
  if (!existsSync(dataDir)) return;
  if (!existsSync(versionFile)) {
    throw new Error(`${dataDir} exists but is not a PostgreSQL data folder. Move it away.`);
  }
  const version = readFileSync(versionFile, 'utf8').trim();
  if (version !== POSTGRES_MAJOR) {
    throw new Error(
      `${dataDir} was made by PostgreSQL ${version}, but this release ships PostgreSQL ${POSTGRES_MAJOR}. Dump it with PostgreSQL ${version} and load it again, or move the folder away to start empty.`,
    );
  }
}

/** In a scratch folder that is renamed at the end, so that a kill in between leaves nothing half made. */
function createCluster(layout: Layout, programs: Programs, runAs: RunAs, password: string): void {
  removeAbandonedScratch(layout.homeDir);
  const scratch = join(layout.homeDir, `init-${process.pid}`);
  const scratchPassword = `${scratch}.password`;
  mkdirSync(scratch, { mode: 0o700 });
  writeFileSync(scratchPassword, password, { mode: 0o600 });
  if (runAs.kind === 'nobody' && runAs.owner) {
    for (const path of [scratch, scratchPassword]) chownSync(path, runAs.owner.uid, runAs.owner.gid);
  }
  try {
    const { file, args } = programs.commandFor('initdb', [
      `--pgdata=${scratch}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${scratchPassword}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ]);
    const result = spawnSync(file, args, { ...programs.spawnOptions, encoding: 'utf8' });
    if (result.status !== 0) {
      throw new Error(`PostgreSQL could not make its data folder: ${(result.stderr || result.error?.message) ?? ''}`);
    }
    // A parallel start that was faster has filled the target; its cluster is as good as ours.
    if (!existsSync(layout.dataDir)) renameSync(scratch, layout.dataDir);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(scratchPassword, { force: true });
  }
}

function removeAbandonedScratch(homeDir: string): void {
  for (const name of readdirSync(homeDir)) {
    const pid = Number(/^init-(\d+)/.exec(name)?.[1]);
    if (pid && (pid === process.pid || !isProcessAlive(pid))) {
      rmSync(join(homeDir, name), { recursive: true, force: true });
    }
  }
}
