import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UID_RANGES } from './constants.ts';

export interface UidRange {
  readonly first: number;
  readonly count: number;
}

/** The first range that exists in this user namespace; undefined when none does. */
export function findUidRange(): UidRange | undefined {
  const [uidMap, gidMap] = ['/proc/self/uid_map', '/proc/self/gid_map'].map((path) => readFileSync(path, 'utf8'));
  return UID_RANGES.find((range) => isMapped(range, uidMap ?? '') && isMapped(range, gidMap ?? ''));
}

/** Whether a line of /proc/self/uid_map (first number inside, first outside, count) holds the whole range. */
export const isMapped = ({ first, count }: UidRange, map: string): boolean =>
  map.split('\n').some((line) => {
    const [inside = Number.NaN, , length = Number.NaN] = line.trim().split(/\s+/).map(Number);
    return first >= inside && first + count <= inside + length;
  });

/**
 * Numbers of user and group that no account has, one for each live sandbox of a driver. A server gets the same number
 * each time unless another sandbox has it, so that what it may have left on the machine hardly ever falls to another one.
 * Drivers do not ask each other: `salt`, their run directory, and the size of the range keep them apart.
 */
export class SandboxUids {
  readonly #range: UidRange;
  readonly #salt: string;
  readonly #taken = new Set<number>();

  constructor(range: UidRange, salt: string) {
    this.#range = range;
    this.#salt = salt;
  }

  /** Throws when every number of the range is in use. */
  take(serverId: string): number {
    const { first, count } = this.#range;
    const hash = createHash('sha256').update(`${this.#salt}\n${serverId}`).digest();
    const start = hash.readUInt32BE(0) % count;
    for (let step = 0; step < count; step += 1) {
      const uid = first + ((start + step) % count);
      if (this.#taken.has(uid)) continue;
      this.#taken.add(uid);
      return uid;
    }
    throw new Error(`All ${count} user numbers for sandboxes are in use.`);
  }

  release(uid: number): void {
    this.#taken.delete(uid);
  }
}
