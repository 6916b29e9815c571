import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SECCOMP_FD } from './launch-command.ts';
import { buildSeccompFilter } from './seccomp-filter.ts';
import { DENIED_SYSCALLS, INSPECTED_SYSCALLS, type SeccompArchitecture, syscallNumber } from './syscall-numbers.ts';
import { findTool } from './system-tools.ts';

const AUDIT_ARCH = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const ALLOWED = 'allowed';

/** Runs the program as the kernel does, over one struct seccomp_data. */
function judge(program: Buffer, arch: number, number: number, argument = 0n): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(arch, 4);
  data.writeBigUInt64LE(argument, 16);
  let word = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const operand = program.readUInt32LE(at * 8 + 4);
    const skip = (holds: boolean) => program.readUInt8(at * 8 + (holds ? 2 : 3));
    switch (program.readUInt16LE(at * 8)) {
      case 0x20:
        word = data.readUInt32LE(operand);
        break;
      case 0x15:
        at += skip(word === operand);
        break;
      case 0x35:
        at += skip(word >= operand);
        break;
      case 0x45:
        at += skip((word & operand) !== 0);
        break;
      case 0x06:
        if (operand === 0x7fff_0000) return ALLOWED;
        return operand === 0x8000_0000 ? 'killed' : `errno ${operand - 0x0005_0000}`;
      default:
        throw new Error(`Unknown instruction at ${at}.`);
    }
  }
  throw new Error('The program has no end.');
}

describe.each(['x64', 'arm64'] as const)('the system-call filter for %s', (architecture: SeccompArchitecture) => {
  const program = buildSeccompFilter(architecture);
  const call = (number: number, argument?: bigint) => judge(program, AUDIT_ARCH[architecture], number, argument);
  const inspected = (name: keyof typeof INSPECTED_SYSCALLS) => INSPECTED_SYSCALLS[name][architecture === 'x64' ? 0 : 1];

  it('refuses every call of the list and allows every other', () => {
    const denied = Object.values(DENIED_SYSCALLS).flatMap((numbers) => syscallNumber(numbers, architecture) ?? []);
    const special = new Set<number>([
      ...denied,
      ...Object.keys(INSPECTED_SYSCALLS).map((name) => inspected(name as 'clone')),
    ]);
    expect(special.size).toBe(denied.length + 4);
    for (const number of denied) expect(call(number)).toBe('errno 1');
    for (let number = 0; number < 600; number += 1) if (!special.has(number)) expect(call(number)).toBe(ALLOWED);
  });

  it('lets threads start and no process', () => {
    const THREAD = 0x3d0f00n;
    const FORK = 0x1200011n;
    const NEW_USER_NAMESPACE = 0x1000_0011n;
    expect(call(inspected('clone'), THREAD)).toBe(ALLOWED);
    expect(call(inspected('clone'), FORK)).toBe('errno 1');
    expect(call(inspected('clone'), NEW_USER_NAMESPACE)).toBe('errno 1');
    expect(call(inspected('clone3'))).toBe('errno 38');
  });

  it('opens unix sockets only, whatever stands in the half of the argument that the kernel ignores', () => {
    for (const name of ['socket', 'socketpair'] as const) {
      expect(call(inspected(name), 1n)).toBe(ALLOWED);
      for (const family of [0n, 2n, 10n, 16n, 17n, 38n, 40n]) expect(call(inspected(name), family)).toBe('errno 97');
      expect(call(inspected(name), (1n << 32n) | 2n)).toBe('errno 97');
    }
  });

  it('kills what comes through another table of calls', () => {
    expect(judge(program, 0x4000_0003, 1)).toBe('killed');
    if (architecture === 'x64') for (const number of [0x4000_0000, 0x4000_0029]) expect(call(number)).toBe('killed');
  });
});

describe('the system-call filter in the kernel', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bmm-seccomp-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const bwrap = findTool('bwrap');
  const { arch } = process;
  if (!bwrap && process.env.CI) throw new Error('bubblewrap is not installed, and CI may not skip its tests.');
  if (!bwrap) console.warn('The filter is not tried in the kernel: bubblewrap is not installed.');

  it.runIf(bwrap && (arch === 'x64' || arch === 'arm64'))(
    'leaves a threaded program working and refuses the rest',
    () => {
      const script = `
      const fs = require('node:fs'), net = require('node:net'), { spawnSync } = require('node:child_process');
      const attempt = (run) => { try { return String(run()); } catch (error) { return error.code; } };
      const server = net.createServer().listen('${dir}/a.sock', () => {
        server.close();
        const inet = net.connect(9, '127.0.0.1').on('error', (error) => {
          require('node:crypto').pbkdf2('a', 'b', 1, 8, 'sha256', () => console.log(JSON.stringify({
            inet: error.code, unix: 'listened', thread: 'computed', process: spawnSync('/bin/true').error?.code,
            link: attempt(() => fs.symlinkSync('/', '${dir}/link')), rename: attempt(() => fs.renameSync('${dir}', '${dir}x')),
          })));
        });
      });`;
      writeFileSync(join(dir, 'filter'), buildSeccompFilter(arch === 'arm64' ? 'arm64' : 'x64'));
      const filter = openSync(join(dir, 'filter'), 'r');
      const words = ['--unshare-net', '--bind', '/', '/', '--dev', '/dev', '--seccomp', String(SECCOMP_FD), '--'];
      const { stdout, stderr } = spawnSync(bwrap ?? '', [...words, process.execPath, '-e', script], {
        env: {},
        stdio: ['ignore', 'pipe', 'pipe', 'ignore', filter],
        encoding: 'utf8',
      });
      closeSync(filter);
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual({
        inet: 'EAFNOSUPPORT',
        unix: 'listened',
        thread: 'computed',
        process: 'EPERM',
        link: 'EPERM',
        rename: 'EPERM',
      });
    },
  );
});
