import { describe, expect, it } from 'vitest';
import { isMapped, SandboxUids } from './sandbox-uids.ts';

const RANGE = { first: 200_000, count: 3 };

describe('user numbers of sandboxes', () => {
  it('stay the same for a server and differ between live sandboxes', () => {
    const uids = new SandboxUids(RANGE, '/run/a');
    const first = uids.take('server-a');
    const second = uids.take('server-a');
    const third = uids.take('server-b');
    expect(new Set([first, second, third])).toEqual(new Set([200_000, 200_001, 200_002]));
    expect(() => uids.take('server-c')).toThrow('All 3 user numbers for sandboxes are in use.');
    uids.release(first);
    expect(uids.take('server-a')).toBe(first);
  });

  it('differ between run directories', () => {
    const range = { first: 1_900_000_000, count: 65_536_000 };
    expect(new SandboxUids(range, '/run/a').take('a')).not.toBe(new SandboxUids(range, '/run/b').take('a'));
  });

  it('are used only where the user namespace maps them', () => {
    expect(isMapped(RANGE, '         0          0 4294967295\n')).toBe(true);
    expect(isMapped(RANGE, '0 100000 65536\n')).toBe(false);
    expect(isMapped({ first: 30_000, count: 30_000 }, '0 1000 1\n1 100001 65536\n')).toBe(true);
    expect(isMapped(RANGE, '')).toBe(false);
  });
});
