// For tests: what a crash of the platform leaves.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SandboxTier } from './sandbox-tier.ts';

/** Starts a process that starts a sandbox, kills that process with SIGKILL and resolves to the sandbox's pid. */
export async function leaveOrphan(runDir: string, tier: SandboxTier): Promise<number> {
  const script = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));
  const words = ['--import', 'tsx', script, runDir, tier];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('utf8'))));
    child.once('exit', () => reject(new Error('The process ended before its sandbox had started.')));
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
  return pid;
}
