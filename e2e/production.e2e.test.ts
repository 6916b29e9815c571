import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@bmm/embedded-postgres';
import { freePort } from '@bmm/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertBuilt } from '../scripts/dev/assert-built.ts';
import { isGroupAlive } from '../scripts/dev/process-identity.ts';
import { createApiUser, signInApiUser } from './support/api-user.ts';
import { consentByHttp } from './support/consent.ts';
import { connectMcp, MemoryOAuthProvider } from './support/mcp-client.ts';
import { findOwnersStack, type Orchestrator, startOrchestrator } from './support/orchestrator.ts';
import { ROOT } from './support/start-stack.ts';

const STOP_MS_MAX = 2_000;
const owners = findOwnersStack();
if (owners !== undefined) {
  const reason = `A stack runs from this folder (pid ${owners.pid}); stop it first (pnpm stop).`;
  if (process.env.CI) throw new Error(reason);
  console.warn(`Skipping the test of pnpm start. ${reason}`);
}

describe.skipIf(owners !== undefined)('pnpm build && pnpm start', () => {
  let home: string | undefined;
  let postgres: EmbeddedPostgres | undefined;
  let orchestrator: Orchestrator | undefined;
  beforeAll(async () => {
    buildWhereMissing();
    home = await mkdtemp(join(tmpdir(), 'bmm-production-'));
    postgres = await startEmbeddedPostgres({ homeDir: home, port: await freePort(), durable: false });
    orchestrator = await startOrchestrator(postgres.url, ['--production', '--no-docker']);
  });
  afterAll(async () => {
    if (orchestrator?.child.exitCode === null) await orchestrator.interrupt();
    await postgres?.stop();
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  });

  test('a server made with an API key is called by the official client, and the dashboard answers', async () => {
    const { stack } = orchestrator as Orchestrator;
    const owner = await signInApiUser(stack, 'production@example.com');
    const key = await owner.createApiKey('End-to-end');
    const program = createApiUser(stack, { authorization: `Bearer ${key}` });
    const server = await program.createLiveServer('in-production');
    expect(server.mcpUrl).toBe(`${stack.gatewayUrl}/s/in-production/mcp`);
    const client = await connectMcp(server.mcpUrl, new MemoryOAuthProvider(consentByHttp(owner)));
    const echoed = await client.callTool({ name: 'echo', arguments: { text: 'compiled' } });
    expect(echoed.structuredContent).toEqual({ text: 'compiled' });
    await client.close();
    const dashboard = await fetch(`${stack.webUrl}/dashboard`, { headers: { cookie: owner.credentials.cookie ?? '' } });
    expect(dashboard.status).toBe(200);
    expect(await dashboard.text()).toContain('in-production');
    expect(dashboard.headers.get('content-security-policy')).not.toContain('unsafe-eval');
  });

  test('Ctrl-C ends everything within two seconds and leaves no process behind', async () => {
    const { processes, interrupt } = orchestrator as Orchestrator;
    expect(processes.map(({ name }) => name).sort()).toEqual(['api', 'gateway', 'generator', 'web']);
    const { tookMs, exitCode } = await interrupt();
    expect(exitCode).toBe(0);
    expect(processes.filter(isGroupAlive)).toEqual([]);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
  });
});

function buildWhereMissing(): void {
  if (isBuilt()) return;
  const { status, stdout, stderr } = spawnSync('corepack', ['pnpm', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`pnpm build failed:\n${stdout}\n${stderr}`);
}

function isBuilt(): boolean {
  try {
    assertBuilt(ROOT);
    return true;
  } catch {
    return false;
  }
}
