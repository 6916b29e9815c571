import { BUILD_STATES, BuildEventSchema } from '@bmm/types';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { signInApiUser } from './support/api-user.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { liveSteps, stepStatuses, waitForBuildToEnd } from './support/build-panel.ts';
import { signInOnPage } from './support/sign-in.ts';

const stack = inject('stack');
const chromiumPath = inject('chromiumPath');
const EMAIL = 'journey@example.com';
const SLUG = 'standup-helper';
const NAME = 'Standup helper';

/** One person, one browser, from the landing page to a deleted server: each test goes on where the last one ended. */
describe.skipIf(chromiumPath === undefined)('the journey in a browser', () => {
  let browser: Browser;
  let opened: Awaited<ReturnType<typeof openPage>>;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser(chromiumPath ?? '');
    opened = await openPage(browser);
    page = opened.page;
    const neighbour = await signInApiUser(stack, 'neighbour@example.com');
    await neighbour.createLiveServer('taken-slug');
  });
  afterAll(() => browser.close());

  test('"Start building" leads to the sign-in, and the printed link to an empty dashboard', async () => {
    await page.goto(stack.webUrl);
    await page.getByRole('link', { name: 'Start building' }).click();
    await page.waitForURL(/\/sign-in/);
    await signInOnPage(stack, page, EMAIL);
    await page.waitForURL(`${stack.webUrl}/dashboard`);
    await page.getByText('You have no servers yet.').waitFor();
    expect(await page.getByRole('link', { name: 'New server' }).count()).toBe(1);
  });

  test('a prompt becomes proposed tools, and the page says that no model wrote them', async () => {
    await page.getByRole('link', { name: 'New server' }).click();
    await page.getByLabel('What should your tool do?').fill('Collect what everybody did yesterday.');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'Tools (2)' }).waitFor();
    expect(await page.getByRole('article').getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'echo',
      'now',
    ]);
    await page
      .getByText('No model key is set, so this is the built-in example spec: two tools, echo and now.')
      .waitFor();
  });

  test('a taken slug is said at its field, which stays editable, and nothing typed is lost', async () => {
    const name = page.getByLabel('Name', { exact: true });
    const slug = page.getByLabel('Slug', { exact: true });
    await name.fill(NAME);
    expect(await slug.inputValue()).toBe(SLUG);
    await page.getByRole('button', { name: 'Edit echo' }).click();
    await page.getByLabel('Title', { exact: true }).fill('Say it again');
    await slug.fill('taken-slug');
    await page.getByRole('button', { name: 'Create server' }).click();
    const problem = page.getByRole('alert').filter({ hasText: 'taken-slug' });
    await problem.waitFor();
    expect(await slug.getAttribute('aria-describedby')).toContain(await problem.getAttribute('id'));
    expect(await name.inputValue()).toBe(NAME);
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('Say it again');
    await slug.fill(SLUG);
    expect(await problem.count()).toBe(0);
  });

  test('the build is shown step by step, in order, from a WebSocket', async () => {
    await page.getByRole('button', { name: 'Create server' }).click();
    await page.waitForURL(/\/servers\/srv_\w+\?build=bld_\w+/);
    await waitForBuildToEnd(page);
    expect(await stepStatuses(page)).toEqual(liveSteps);
    const { host, searchParams } = new URL(page.url());
    const streamUrl = `ws://${host}/v1/builds/${searchParams.get('build')}/stream`;
    const events = opened.record.messages
      .filter(({ url }) => url === streamUrl)
      .map(({ text }) => BuildEventSchema.parse(JSON.parse(text)));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect(events.flatMap((event) => (event.type === 'status' ? [event.state] : []))).toEqual(
      BUILD_STATES.filter((state) => state !== 'failed'),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', state: 'live', version: 1 });
    for (const event of events) if (event.type === 'log') await page.getByText(event.message).first().waitFor();
    await page.getByText('Version 1 is live at').waitFor();
  });

  test('the server page has the MCP URL with a copy button and the steps for every client', async () => {
    const mcpUrl = `${stack.gatewayUrl}/s/${SLUG}/mcp`;
    await page.getByRole('button', { name: 'Copy MCP URL' }).first().click();
    await page.getByText('Copied').first().waitFor();
    // `globalThis` of the page, not of this process.
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(mcpUrl);
    const clients = page.getByRole('tablist', { name: 'Clients' }).getByRole('tab');
    expect(await clients.allTextContents()).toEqual([
      'Claude (Desktop and web)',
      'Claude Code',
      'ChatGPT',
      'Cursor',
      'VS Code',
      'Codex',
      'Gemini CLI',
      'Windsurf',
      'Zed',
      'Goose',
    ]);
    await page.getByRole('tab', { name: 'Claude Code' }).click();
    await page.getByText(`claude mcp add --transport http ${SLUG} ${mcpUrl}`).waitFor();
    await page.getByRole('tab', { name: 'Tools (2)' }).click();
    await page.getByText('Say it again').waitFor();
  });

  test('a reload shows the same history of the build again', async () => {
    await page.reload();
    await waitForBuildToEnd(page);
    expect(await stepStatuses(page)).toEqual(liveSteps);
  });

  test('a sentence makes the next version from the page', async () => {
    await page.getByRole('tab', { name: 'Iterate' }).click();
    await page.getByLabel('What should change?').fill('Also tell the time in Zurich.');
    await page.getByRole('button', { name: 'Build new version' }).click();
    await page.getByText('Version 2 is live at').waitFor();
    expect(await stepStatuses(page)).toEqual(liveSteps);
    await page.getByText('Version 2', { exact: true }).first().waitFor();
  });

  test('pause and resume are said in words', async () => {
    await page.getByRole('tab', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Pause server' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume server' }).click();
    await page.getByText(/^(Live|Sleeping – starts on the next call)$/).waitFor();
  });

  test('deleting asks for the slug, and the dashboard is empty again', async () => {
    await page.getByRole('button', { name: 'Delete server' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Delete server' });
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel(`Type ${SLUG} to confirm`).fill(SLUG);
    await confirm.click();
    await page.waitForURL(`${stack.webUrl}/dashboard`);
    await page.getByText('You have no servers yet.').waitFor();
  });

  test('everything is dark, native controls too, until somebody asks for the theme of the system', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${stack.webUrl}/settings`);
    const schemeOfPage = () => page.evaluate('getComputedStyle(document.querySelector("select")).colorScheme');
    expect(await schemeOfPage()).toBe('dark');
    await page.getByLabel('Theme').selectOption({ label: 'As the system' });
    await expect.poll(schemeOfPage).toBe('light');
    await page.waitForLoadState('networkidle');
    await page.reload();
    expect(await schemeOfPage()).toBe('light');
    await page.getByLabel('Theme').selectOption({ label: 'Dark' });
    await page.waitForLoadState('networkidle');
  });

  test('in all of this the console stayed clean and no request went to another origin', () => {
    // The refused slug: Chromium reports every answer of 400 and more, whoever handles it.
    const expected = /the server responded with a status of 409 \(Conflict\) \(http:\/\/localhost:\d+\/v1\/servers\)$/;
    expect(opened.record.consoleErrors.filter((text) => !expected.test(text))).toEqual([]);
    const foreign = opened.record.requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(stack.webUrl));
    expect(foreign).toEqual([]);
    expect(opened.record.requests.length).toBeGreaterThan(20);
  });
});
