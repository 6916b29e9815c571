/**
 * Threat: the orchestrator is killed with -9 and its apps go on, each in a process group of its own that no signal of the
 * terminal reaches. This process holds the other end of a pipe that only the orchestrator has open; the kernel closes it
 * on any death. Usage: keeper.ts <run file> <orchestrator's pid>, with that pipe as standard input.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KILLED_TIMEOUT_MS, STOP_POLL_MS } from './constants.ts';
import { isSameProcessAlive } from './process-identity.ts';
import { readRunFile, removeRunFile } from './run-file.ts';
import { stopProcesses } from './stop-processes.ts';

const [runFile = '', ownerPid] = process.argv.slice(2);
// Whoever signals a whole session must not take away the one that cleans up after it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

process.stdin.resume();
process.stdin.once('close', async () => {
  const state = readRunFile(runFile);
  // After an orderly stop the file is gone; after a quick restart it is somebody else's.
  if (state && state.pid === Number(ownerPid)) {
    // A dying process closes its pipes a moment before it is gone.
    const deadline = Date.now() + KILLED_TIMEOUT_MS;
    while (isSameProcessAlive(state) && Date.now() < deadline) await sleep(STOP_POLL_MS);
    await stopProcesses(state.processes);
    if (readRunFile(runFile)?.startedAt === state.startedAt) removeRunFile(runFile);
  }
  process.exit(0);
});
