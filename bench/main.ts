/**
 * `pnpm bench`: measures a stack without the dashboard, compiled where `pnpm build` has run, and prints one table; the
 * same numbers go to .bmm/bench.json. A further row is a file in bench/rows, listed here in the order of the table.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { signInApiUser } from '../e2e/support/api-user.ts';
import { ROOT, startStack } from '../e2e/support/start-stack.ts';
import { assertBuilt } from '../scripts/dev/assert-built.ts';
import type { BenchRow } from './row.ts';
import callLatency from './rows/call-latency.ts';
import createToFirstCall from './rows/create-to-first-call.ts';
import idleMemory from './rows/idle-memory.ts';
import { toTable, toVerdict } from './table.ts';

const BENCHES = [idleMemory, createToFirstCall, callLatency];
const RESULTS_FILE = join(ROOT, '.bmm/bench.json');

const isCompiled = isBuilt();
console.log(isCompiled ? 'Compiled output, production settings.' : 'No build found (pnpm build): running from source.');
await using stack = await startStack({ name: 'bench', web: false, production: isCompiled, durable: true });
const user = await signInApiUser(stack, 'bench@example.com');
const rows: BenchRow[] = [];
for (const bench of BENCHES) rows.push(...(await bench({ stack, user, isCompiled })));

const machine = { node: process.version, cpus: cpus().length, loadAverage: loadavg()[0] };
console.log(`\n${toTable(rows)}\n`);
console.log(`Node ${machine.node}, ${machine.cpus} CPUs, load average ${machine.loadAverage?.toFixed(1)}.`);
mkdirSync(dirname(RESULTS_FILE), { recursive: true });
const results = { isCompiled, machine, rows: rows.map((row) => ({ ...row, verdict: toVerdict(row) })) };
writeFileSync(RESULTS_FILE, `${JSON.stringify(results, undefined, 2)}\n`);
console.log(`Written to ${RESULTS_FILE}.`);

function isBuilt(): boolean {
  try {
    assertBuilt(ROOT);
    return true;
  } catch {
    return false;
  }
}
