import { ECHO_AND_NOW_SPEC, type FakeMessagesApi, specReply, startFakeMessagesApi } from '@bmm/generation';
import { waitFor } from '@bmm/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ApiUser, signInApiUser } from './support/api-user.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { liveSteps, stepStatuses, waitForBuildToEnd } from './support/build-panel.ts';
import { consentByHttp } from './support/consent.ts';
import { connectMcp, MemoryOAuthProvider } from './support/mcp-client.ts';
import { signInOnPage } from './support/sign-in.ts';
import { type StartedStack, startStack } from './support/start-stack.ts';

const EMAIL = 'resilience@example.com';
const LEASE_MS = 2_000;
const chromiumPath = inject('chromiumPath');
/** About eight seconds of writing. */
const slowly = specReply(ECHO_AND_NOW_SPEC, { chunkChars: 40, delayMs: 120 });
const quickly = specReply(ECHO_AND_NOW_SPEC);
const stalled = { kind: 'stall', text: '{' } as const;

let model: FakeMessagesApi;
let stack: StartedStack;
let user: ApiUser;

beforeAll(async () => {
  model = await startFakeMessagesApi(slowly);
  stack = await startStack({
    name: 'resilience',
    durable: true,
    env: {
      ANTHROPIC_API_KEY: 'sk-ant-test',
      ANTHROPIC_BASE_URL: model.baseUrl,
      BUILD_LEASE_MS: String(LEASE_MS),
    },
  });
  user = await signInApiUser(stack, EMAIL);
});
afterAll(async () => {
  await stack?.stop();
  await model?.close();
});

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(chromiumPath ?? '');
  });
  afterAll(() => browser.close());

  test('a reload in the middle of a build shows its whole history and goes on live', async () => {
    const { page, record, context } = await openPage(browser);
    await page.goto(`${stack.webUrl}/sign-in`);
    await signInOnPage(stack, page, EMAIL);
    await page.waitForURL(/\/dashboard$/);
    model.script(slowly);
    const { server, build } = await user.createServer({ name: 'Slow', slug: 'slow-model', prompt: 'Take your time.' });
    await page.goto(`${stack.webUrl}/servers/${server.id}?build=${build.id}`);
    await page.getByText('Build: generating').waitFor();
    const before = await stepStatuses(page);
    await page.reload();
    await page.getByText('Build: generating').waitFor();
    expect(before.slice(0, 3)).toEqual(['queued done', 'generating current', 'checking waiting']);
    expect(await stepStatuses(page)).toEqual(before);
    const { events } = await user.getBuild(build.id);
    const logged = events.flatMap((event) =>
      event.type === 'log' && event.stage === 'generating' ? [event.message] : [],
    );
    for (const message of logged) await page.getByText(message, { exact: true }).first().waitFor();
    await waitForBuildToEnd(page);
    expect(await stepStatuses(page)).toEqual(liveSteps);
    expect(record.webSockets.filter((url) => url.endsWith(`/v1/builds/${build.id}/stream`)).length).toBeGreaterThan(1);
    expect(record.consoleErrors).toEqual([]);
    await context.close();
  });
});

test('a generator killed in the middle of a build is taken over by the next one, and the build goes live', async () => {
  model.script(stalled, quickly);
  const { build } = await user.createServer({ name: 'Orphan', slug: 'orphaned-build', prompt: 'Survive.' });
  await waitFor(async () => (await user.getBuild(build.id)).build.state === 'generating', { timeoutMs: 10_000 });
  await stack.killApp('generator');
  await stack.startApp('generator');
  const { build: ended, events } = await user.waitForBuild(build.id, 30_000);
  expect(ended.error).toBeNull();
  expect(ended.state).toBe('live');
  expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index + 1));
  expect(events.filter((event) => event.type === 'status' && event.state === 'generating')).toHaveLength(2);
  expect(events.filter((event) => event.type === 'done')).toHaveLength(1);
});

test('without its database the api answers 503 with a problem, and everything works again when it is back', async () => {
  model.script(quickly);
  const server = await user.createLiveServer('database-outage');
  const client = await connectMcp(server.mcpUrl, new MemoryOAuthProvider(consentByHttp(user)));
  // Requests without pause, so that the stop comes in the middle of one.
  const statuses = new Set<number>();
  const problems: unknown[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const response = await user.fetch('GET', '/v1/servers');
      statuses.add(response.status);
      const body: unknown = await response.json();
      if (response.status !== 200) problems.push({ type: response.headers.get('content-type'), body });
    }
  })();
  await stack.stopDatabase();
  await waitFor(() => problems.length > 0, { timeoutMs: 15_000 });
  await stack.startDatabase();
  await waitFor(async () => (await user.fetch('GET', '/v1/servers')).status === 200, { timeoutMs: 15_000 });
  isOver = true;
  await asking;
  expect([...statuses].sort()).toEqual([200, 503]);
  for (const problem of problems)
    expect(problem).toMatchObject({
      type: expect.stringContaining('application/problem+json'),
      body: { code: 'unavailable', status: 503 },
    });
  const echoed = await client.callTool({ name: 'echo', arguments: { text: 'back' } });
  expect(echoed.structuredContent).toEqual({ text: 'back' });
  await client.close();
  // The queue and its wake-ups have to come back as well, in every app.
  await user.createLiveServer('after-the-outage');
});
