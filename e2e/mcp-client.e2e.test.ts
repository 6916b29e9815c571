import { waitFor } from '@bmm/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ApiUser, signInApiUser } from './support/api-user.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { listenForCallback } from './support/callback-listener.ts';
import { consentByHttp, consentOnPage } from './support/consent.ts';
import { CLIENT_MODES, connectMcp, MemoryOAuthProvider, postToMcp } from './support/mcp-client.ts';
import { listSandboxPids } from './support/sandbox-processes.ts';
import { signInOnPage } from './support/sign-in.ts';

const stack = inject('stack');
const chromiumPath = inject('chromiumPath');
const EMAIL = 'mcp-client@example.com';
let user: ApiUser;
let echoUrl: string;

beforeAll(async () => {
  user = await signInApiUser(stack, EMAIL);
  echoUrl = (await user.createLiveServer('client-echo')).mcpUrl;
});

test('without a token the answer is 401 and names the metadata of exactly this server', async () => {
  const response = await postToMcp(echoUrl);
  expect(response.status).toBe(401);
  const metadataUrl = `${stack.gatewayUrl}/.well-known/oauth-protected-resource/s/client-echo/mcp`;
  expect(response.headers.get('www-authenticate')).toBe(`Bearer resource_metadata="${metadataUrl}", scope="mcp"`);
  const metadata = await (await fetch(metadataUrl)).json();
  expect(metadata).toMatchObject({ resource: echoUrl, authorization_servers: [stack.gatewayUrl] });
});

describe.each(Object.entries(CLIENT_MODES))('the official client in mode %s', (_name, mode) => {
  test('discovers, registers, gets consent and a token, lists both tools and calls them', async () => {
    const provider = new MemoryOAuthProvider(consentByHttp(user));
    const client = await connectMcp(echoUrl, provider, mode);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(['echo', 'now']);
    const echoed = await client.callTool({ name: 'echo', arguments: { text: 'Grüezi' } });
    expect(echoed.structuredContent).toEqual({ text: 'Grüezi' });
    const now = await client.callTool({ name: 'now', arguments: { timeZone: 'Europe/Zurich' } });
    expect(now.structuredContent).toMatchObject({ timeZone: 'Europe/Zurich' });
    expect(provider.clientInformation()?.client_id).toBeTruthy();
    await client.close();
  });
});

describe.skipIf(chromiumPath === undefined)('with the consent page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(chromiumPath ?? '');
  });
  afterAll(() => browser.close());

  test('a person who is not signed in yet signs in, approves, and the client connects', async () => {
    await using listener = await listenForCallback();
    const { context, page, record } = await openPage(browser);
    const provider = new MemoryOAuthProvider(async (authorizationUrl) => {
      await page.goto(authorizationUrl.href);
      await page.waitForURL(/\/sign-in/);
      await signInOnPage(stack, page, EMAIL);
      await page.getByRole('heading', { name: 'Connect End-to-end client to Server client-echo?' }).waitFor();
      await page.getByText(new URL(listener.redirectUrl).host, { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Approve' }).click();
      return listener.answer;
    }, listener.redirectUrl);
    const client = await connectMcp(echoUrl, provider);
    await page.getByText('You can close this page.').waitFor();
    const echoed = await client.callTool({ name: 'echo', arguments: { text: 'from a browser' } });
    expect(echoed.structuredContent).toEqual({ text: 'from a browser' });
    expect(record.consoleErrors).toEqual([]);
    await client.close();
    await context.close();
  });

  test('Deny gives the client access_denied and no token', async () => {
    await using listener = await listenForCallback();
    const { context, page } = await openPage(browser);
    await page.goto(`${stack.webUrl}/sign-in`);
    await signInOnPage(stack, page, EMAIL);
    await page.waitForURL(/\/dashboard/);
    const provider = new MemoryOAuthProvider(consentOnPage(page, listener.answer, 'Deny'), listener.redirectUrl);
    await expect(connectMcp(echoUrl, provider)).rejects.toThrow(/access_denied|not approved/);
    expect(provider.tokens()).toBeUndefined();
    expect((await listener.answer).get('error')).toBe('access_denied');
    await context.close();
  });
});

test('a token for one server is refused by another', async () => {
  const other = await user.createLiveServer('client-other');
  const provider = new MemoryOAuthProvider(consentByHttp(user));
  const client = await connectMcp(echoUrl, provider);
  await client.close();
  const token = provider.tokens()?.access_token;
  expect((await postToMcp(echoUrl, token)).status).toBe(200);
  const refused = await postToMcp(other.mcpUrl, token);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

test('somebody else cannot approve a connection to a server that is not theirs', async () => {
  const stranger = await signInApiUser(stack, 'mcp-stranger@example.com');
  const provider = new MemoryOAuthProvider(consentByHttp(stranger));
  await expect(connectMcp(echoUrl, provider)).rejects.toThrow(/404/);
  expect(provider.tokens()).toBeUndefined();
});

test('an access token that is not accepted any more is refreshed without asking the person', async () => {
  const answers: URL[] = [];
  const provider = new MemoryOAuthProvider(async (url) => {
    answers.push(url);
    return consentByHttp(user)(url);
  });
  const client = await connectMcp(echoUrl, provider);
  const before = provider.tokens();
  provider.replaceAccessToken('expired');
  const echoed = await client.callTool({ name: 'echo', arguments: { text: 'still here' } });
  expect(echoed.structuredContent).toEqual({ text: 'still here' });
  expect(answers).toHaveLength(1);
  expect(provider.tokens()?.refresh_token).not.toBe(before?.refresh_token);
  await client.close();
});

test('after a server is deleted its token opens nothing and its sandbox is gone', async () => {
  const doomed = await user.createLiveServer('client-doomed');
  const provider = new MemoryOAuthProvider(consentByHttp(user));
  const before = new Set(listSandboxPids(stack));
  const client = await connectMcp(doomed.mcpUrl, provider);
  await client.callTool({ name: 'echo', arguments: { text: 'last words' } });
  const own = listSandboxPids(stack).filter((pid) => !before.has(pid));
  expect(own).not.toEqual([]);
  await client.close();
  await user.deleteServer(doomed.id);
  await waitFor(() => !listSandboxPids(stack).some((pid) => own.includes(pid)), { timeoutMs: 5_000 });
  const token = provider.tokens()?.access_token;
  const statuses = [(await postToMcp(doomed.mcpUrl, token)).status, (await postToMcp(doomed.mcpUrl)).status];
  expect(statuses).toEqual([404, 404]);
});
