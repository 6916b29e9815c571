import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StackAddress } from './start-stack.ts';

/** Pids that the sandboxes of a stack consist of now, wrappers included: their command line names the stack's own folder. */
export function listSandboxPids(stack: StackAddress): number[] {
  const home = dirname(stack.runFile);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const command = readCommand(pid);
      return command.includes('workerd') && command.includes(home);
    })
    .map(Number);
}

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
