/** `pnpm stop`: ends a running stack, and whatever a killed one has left, also containers and the embedded PostgreSQL. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KILLED_TIMEOUT_MS, POSTGRES_STOP_TIMEOUT_MS, STOP_POLL_MS } from './constants.ts';
import { composeStop, findDockerEngine } from './docker.ts';
import { isSameProcessAlive } from './process-identity.ts';
import { ROOT, RUN_FILE } from './project.ts';
import { type RunState, readRunFile, removeRunFile } from './run-file.ts';
import { stopOrphanedPostgres } from './stop-orphaned-postgres.ts';
import { stopProcesses } from './stop-processes.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();

async function askToStop(state: RunState): Promise<boolean> {
  if (!isSameProcessAlive(state)) return false;
  process.kill(state.pid, 'SIGTERM');
  const deadline = Date.now() + POSTGRES_STOP_TIMEOUT_MS + KILLED_TIMEOUT_MS;
  while (isSameProcessAlive(state) && Date.now() < deadline) await sleep(STOP_POLL_MS);
  if (isSameProcessAlive(state)) process.kill(state.pid, 'SIGKILL');
  return true;
}

const stopped: string[] = [];
const state = readRunFile(RUN_FILE);
if (state) {
  if (await askToStop(state)) stopped.push(`the stack (pid ${state.pid})`);
  const left = await stopProcesses(state.processes);
  stopped.push(...left.map(({ name, pid }) => `${name} (pid ${pid})`));
  if (readRunFile(RUN_FILE)?.startedAt === state.startedAt) removeRunFile(RUN_FILE);
}
const orphan = await stopOrphanedPostgres(ROOT);
if (orphan !== undefined) stopped.push(`embedded PostgreSQL (pid ${orphan})`);
if ((await findDockerEngine()) !== undefined && (await composeStop(ROOT)))
  stopped.push('the containers of docker compose');
terminal.step(stopped.length > 0 ? `Stopped ${stopped.join(', ')}.` : 'Nothing was running.');
