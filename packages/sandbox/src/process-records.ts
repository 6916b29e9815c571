import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

interface ProcessRecord {
  readonly owner: ProcessIdentity;
  readonly sandbox: ProcessIdentity;
}

export interface Orphan {
  readonly id: string;
  /** Undefined when the process is already gone and only its files are left. */
  readonly pid: number | undefined;
}

/**
 * One file a running sandbox, kept outside of the sandbox's own directory, that lets a successor find what a crashed
 * process left. Written synchronously right after the spawn, so that no turn of the event loop lies between the two.
 */
export class ProcessRecords {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  write(id: string, pid: number): void {
    const owner = findProcess(process.pid);
    const sandbox = findProcess(pid);
    if (!owner || !sandbox) return;
    const record: ProcessRecord = { owner, sandbox };
    // In one step, so that a reaper in another process never takes half a record for a dead one.
    const partial = `${this.#path(id)}.partial`;
    writeFileSync(partial, JSON.stringify(record), { mode: 0o600 });
    renameSync(partial, this.#path(id));
  }

  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  /** Sandboxes whose owner is gone. A pid that belongs to another process by now is reported as already gone. */
  orphans(): Orphan[] {
    const ids = readdirSync(this.#dir).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []));
    return ids.flatMap((id) => {
      const record = this.#read(id);
      if (record && isRunning(record.owner)) return [];
      const sandbox = record?.sandbox;
      const pid = sandbox && isRunning(sandbox) ? sandbox.pid : undefined;
      return [{ id, pid }];
    });
  }

  #read(id: string): ProcessRecord | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path(id), 'utf8'));
      return isProcessRecord(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.json`);
  }
}

const isIdentity = (value: unknown): value is ProcessIdentity =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  Number.isInteger(value.pid) &&
  Number(value.pid) > 1 &&
  'startedAt' in value &&
  typeof value.startedAt === 'string';

const isProcessRecord = (value: unknown): value is ProcessRecord =>
  typeof value === 'object' &&
  value !== null &&
  'owner' in value &&
  isIdentity(value.owner) &&
  'sandbox' in value &&
  isIdentity(value.sandbox);
