import { spawn } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LaunchPlan, toLaunchCommand } from './launch-command.ts';
import type { FoundTier } from './probe-tier.ts';
import { findHiddenFolder } from './reachable-paths.ts';
import type { SandboxTier } from './sandbox-tier.ts';
import { listLibraries } from './system-tools.ts';

/** What code does that has broken out of the JavaScript runtime: plain Node.js takes the runtime's place in its walls. */
const ATTACK = `
const fs = require('node:fs'), net = require('node:net'), dgram = require('node:dgram'), { spawnSync } = require('node:child_process');
const [port, otherSocket, otherDir, dir] = process.argv.slice(1);
const attempt = (run) => { try { return String(run()); } catch (error) { return error.code ?? error.message; } };
const dial = (options) => new Promise((resolve) => {
  const socket = net.connect(options, () => { resolve('connected'); socket.destroy(); });
  socket.once('error', (error) => resolve(error.code));
});
(async () => {
  const loopback = await dial({ host: '127.0.0.1', port: Number(port) });
  process.stdout.write(JSON.stringify({
    loopback,
    otherSocket: await dial({ path: otherSocket }),
    otherDir: attempt(() => fs.readdirSync(otherDir)),
    passwd: attempt(() => fs.readFileSync('/etc/passwd').length > 0),
    root: attempt(() => fs.readdirSync('/').sort()),
    processes: attempt(() => fs.readdirSync('/proc').length > 0),
    environment: attempt(() => Object.keys(process.env).sort()),
    spawn: attempt(() => { const { error, status } = spawnSync(process.execPath, ['-v']); return error?.code ?? status; }),
    link: attempt(() => fs.symlinkSync('/', dir + '/link')),
    write: attempt(() => { fs.writeFileSync(dir + '/file', 'x'); return 'written'; }),
    shadow: attempt(() => fs.readFileSync('/etc/shadow').length),
  }));
})();
`;

/** A guarantee that only some tiers give; for the others there is no test that could be skipped. */
export const itIf =
  (applies: boolean) =>
  (name: string, test: () => void | Promise<void>): void => {
    if (applies) it(name, test);
  };

export function hostileRuntimeSuite(tier: SandboxTier, runDir: string, found: FoundTier): void {
  const isNodeReachable = found.uidRange === undefined || findHiddenFolder(process.execPath) === undefined;
  if (!isNodeReachable)
    console.warn(`Node.js is installed in a folder that is closed to other users: attacks not run.`);

  describe.runIf(isNodeReachable)(`code that has broken out of the runtime, in tier ${tier}`, () => {
    const uid = found.uidRange?.first;
    let dir: string;
    let other: string;
    let canaries: Server[];
    let connections = 0;
    let result: Record<string, string>;

    beforeAll(async () => {
      [dir, other] = [0, 1].map((n) => makeDir(runDir, uid === undefined ? undefined : uid + n)) as [string, string];
      const otherSocket = join(other, 'in.sock');
      canaries = await Promise.all([listen({ host: '127.0.0.1', port: 0 }), listen({ path: otherSocket })]);
      for (const canary of canaries) canary.on('connection', () => (connections += 1));
      chmodSync(otherSocket, 0o666);
      const address = canaries[0]?.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      result = await attack(found.plan, { dir, uid, memoryMib: 4_096 }, [String(port), otherSocket, other]);
    });
    afterAll(() => {
      for (const canary of canaries) canary.close();
      for (const path of [dir, other]) rmSync(path, { recursive: true, force: true });
    });

    it('starts nothing with our variables, writes no file and wins no privilege', () => {
      expect(['', 'PWD']).toContain(result.environment);
      expect(result.write).toMatch(/EFBIG|SIGXFSZ|EPERM|EROFS/);
      if (uid !== undefined || tier === 'bwrap') expect(result.shadow).toMatch(/EACCES|ENOENT/);
    });

    itIf(tier !== 'plain')('reaches no network, not even its host’s loopback', () => {
      expect(result.loopback).toMatch(/ECONNREFUSED|ENETUNREACH|EAFNOSUPPORT/);
    });

    itIf(uid !== undefined || tier === 'bwrap')('reaches no socket and no directory of another server', () => {
      expect(result.otherSocket).toMatch(/EACCES|ENOENT/);
      expect(result.otherDir).toMatch(/EACCES|ENOENT/);
    });

    itIf(tier === 'bwrap')('sees no file and no process, starts none and makes no link', () => {
      expect(result.passwd).toBe('ENOENT');
      expect(result.processes).toBe('ENOENT');
      expect(
        result.root?.split(',').filter((name) => !['dev', 'lib', 'lib64', 'usr', 's', 'workerd'].includes(name)),
      ).toEqual([]);
      expect(result.spawn).toMatch(/EPERM|ENOSYS/);
      expect(result.link).toBe('EPERM');
      expect(connections).toBe(0);
    });
  });
}

function makeDir(runDir: string, uid: number | undefined): string {
  const dir = mkdtempSync(join(runDir, 's', 'h-'));
  if (uid !== undefined) chownSync(dir, uid, uid);
  return dir;
}

function listen(where: { path: string } | { host: string; port: number }): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve) => server.listen(where, () => resolve(server)));
}

async function attack(
  foundPlan: LaunchPlan,
  target: { dir: string; uid: number | undefined; memoryMib: number },
  words: string[],
): Promise<Record<string, string>> {
  const binaryPath = process.execPath;
  const plan = { ...foundPlan, binaryPath, libraries: foundPlan.libraries.length ? listLibraries(binaryPath) : [] };
  const [program = '', ...rest] = toLaunchCommand(plan, target, ({ binary, dir }) => [
    ...[binary, '--jitless', '-e', ATTACK, ...words, dir],
  ]);
  const seccomp = plan.seccompPath === undefined ? 'ignore' : openSync(plan.seccompPath, 'r');
  // The filter stands at SECCOMP_FD.
  const child = spawn(program, rest, { cwd: '/', env: {}, stdio: ['ignore', 'pipe', 'pipe', 'ignore', seccomp] });
  if (seccomp !== 'ignore') closeSync(seccomp);
  const [output, errors] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  if (!output) throw new Error(`The attack did not run: ${errors?.slice(0, 500)}`);
  return JSON.parse(output) as Record<string, string>;
}
