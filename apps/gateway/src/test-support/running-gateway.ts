import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteServerInOrg, insertServer, insertVersion, openDatabase, schema, updateServer } from '@bmm/db';
import { createLogger } from '@bmm/process';
import { openQueueBackend } from '@bmm/queue';
import { createWorkerdDriver } from '@bmm/sandbox';
import { createMigratedDatabase, freePort } from '@bmm/testing';
import { SERVER_CHANGED_TOPIC, type ServerState, type Spec, type ToolSpec } from '@bmm/types';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { loadConfig } from '../config.ts';
import { buildGateway } from '../gateway.ts';
import { startAuthorizationServer, type TokenOverrides } from './authorization-server.ts';

const tool = (name: string, extra: Partial<ToolSpec> = {}): ToolSpec => ({
  name,
  title: name,
  description: `Calls ${name}.`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, additionalProperties: false },
  annotations: {},
  handler: name,
  hosts: [],
  exampleArguments: {},
  ...extra,
});

export const echoTools: ToolSpec[] = [
  tool('echo', {
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    outputSchema: { type: 'object', properties: { echoed: { type: 'string' } }, required: ['echoed'] },
  }),
  tool('slow'),
  tool('inspect'),
  tool('fails'),
  tool('hangs'),
];

/** `version` comes back in every answer, so that a test sees which code ran. */
export const echoCode = (version: number): string => `
export const echo = ({ text }) => ({ echoed: text, version: ${version} });
export const slow = async () => { await new Promise((done) => setTimeout(done, 20)); return { version: ${version} }; };
export const inspect = (args, ctx) => JSON.stringify({ args, ctx, env: globalThis.process?.env ?? null });
export const hangs = () => new Promise((done) => setTimeout(done, 20_000));
export const fails = () => { throw new Error('The city is unknown.'); };
`;

/** A gateway with a real database, bus and sandboxes; the authorization server is a stand-in. */
export async function startGateway(env: Record<string, string> = {}) {
  const database = await createMigratedDatabase();
  const connection = openDatabase({ url: database.url, connectionsMax: 5, onError: () => undefined });
  const queue = await openQueueBackend({ databaseUrl: database.url, onError: () => undefined });
  const runDir = await mkdtemp(join(tmpdir(), 'bmm-gw-'));
  const driver = createWorkerdDriver({ runDir });
  const authorizationServer = await startAuthorizationServer();
  const port = await freePort();
  const config = loadConfig({
    GATEWAY_PORT: String(port),
    PUBLIC_GATEWAY_URL: `http://localhost:${port}`,
    API_URL: authorizationServer.url,
    DATABASE_URL: database.url,
    SANDBOX_RUN_DIR: runDir,
    ...env,
  });
  const { db } = connection;
  const logger = createLogger('gateway', 'silent');
  const gateway = await buildGateway(config, { db, bus: queue.bus, driver, logger });
  await gateway.listen();
  await db.insert(schema.organization).values({ id: 'org', name: 'Org', slug: 'org' });
  await db.insert(schema.user).values({ id: 'user', name: 'User', email: 'user@example.test' });

  const announce = (serverId: string, slug: string) => queue.bus.publish(SERVER_CHANGED_TOPIC, { serverId, slug });
  const setState = async (row: { id: string; orgId: string; slug: string }, state: ServerState) => {
    await updateServer(db, row, { state });
    await announce(row.id, row.slug);
  };
  /** Makes the next version of a server and lets it serve. */
  const deploy = async (row: { id: string; orgId: string; slug: string }, code: string, tools = echoTools) => {
    const spec: Spec = { name: 'Echo', description: 'Echoes.', tools, code, secrets: [], allowedHosts: [] };
    const bundleSha256 = createHash('sha256').update(code).digest('hex');
    const { orgId, id: serverId } = row;
    const version = await insertVersion(db, { orgId, serverId, bundleSha256, bundle: code, spec, source: 'mock' });
    await updateServer(db, row, { state: 'live', activeVersionId: version.id });
    await announce(serverId, row.slug);
    return version;
  };
  const createServer = async (slug: string) => {
    const row = await insertServer(db, { orgId: 'org', createdBy: 'user', name: slug, slug, description: '' });
    await deploy(row, echoCode(1));
    return row;
  };
  const remove = async (row: { id: string; slug: string }) => {
    await deleteServerInOrg(db, 'org', row.id);
    await announce(row.id, row.slug);
  };

  const mcpUrl = (slug: string) => config.urls.mcpUrl(slug);
  const mint = (slug: string, overrides?: TokenOverrides) =>
    authorizationServer.mint(config.urls.issuer, mcpUrl(slug), overrides);
  const connect = async (slug: string, mode: 'modern' | 'legacy' = 'modern') => {
    const versionNegotiation = { mode: mode === 'modern' ? { pin: '2026-07-28' } : 'legacy' } as const;
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
    const headers = { authorization: `Bearer ${await mint(slug)}` };
    await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl(slug)), { requestInit: { headers } }));
    return client;
  };

  const close = async () => {
    await gateway.close();
    await driver.close();
    await Promise.allSettled([queue.close(), connection.close(), authorizationServer.close()]);
    await database.drop();
    await rm(runDir, { recursive: true, force: true });
  };
  return {
    ...{ config, db, driver, authorizationServer, port, origin: config.urls.issuer },
    ...{ createServer, deploy, setState, remove, mcpUrl, mint, connect, close },
  };
}

export type RunningGateway = Awaited<ReturnType<typeof startGateway>>;
