/**
 * Takes a picture of every page, in each of its states, at 1440 and 390 px, for people to look at:
 *
 *     node --import tsx e2e/screenshots.ts <folder> [light]
 *
 * Starts a stack of its own, with the pages as they are in the tree, and the fake model of the tests; nothing of the
 * developer's data is touched. File names: <page>-<state>-<width>.png.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ECHO_AND_NOW_SPEC, type FakeReply, specReply, startFakeMessagesApi } from '@bmm/generation';
import { waitFor } from '@bmm/testing';
import type { Page } from 'playwright-core';
import { signInApiUser } from './support/api-user.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { findChromium } from './support/chromium.ts';
import { signInOnPage } from './support/sign-in.ts';
import { startStack } from './support/start-stack.ts';

const WIDTHS = [1440, 390] as const;
const OWNER = 'grace@example.com';
const [folder, theme = 'dark'] = process.argv.slice(2);
const chromiumPath = findChromium(process.env);
if (folder === undefined || chromiumPath === undefined) {
  console.error('Usage: node --import tsx e2e/screenshots.ts <folder> [light]   (needs Chromium, see CHROMIUM_PATH)');
  process.exit(1);
}
const target = resolve(folder);
mkdirSync(target, { recursive: true });

const quick: FakeReply = specReply(ECHO_AND_NOW_SPEC);
const slow: FakeReply = specReply(ECHO_AND_NOW_SPEC, { chunkChars: 40, delayMs: 400 });
const refusing: FakeReply = { kind: 'text', text: '', stopReason: 'refusal' };

const model = await startFakeMessagesApi(quick);
const stack = await startStack({
  name: 'screenshots',
  env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: model.baseUrl },
});
const browser = await launchBrowser(chromiumPath);
let taken = 0;
try {
  const { page } = await openPage(browser);
  await page.emulateMedia({ colorScheme: theme === 'light' ? 'light' : 'dark', reducedMotion: 'reduce' });
  await walk(page);
} finally {
  await browser.close();
  await stack.stop();
  await model.close();
}
console.log(`${taken} pictures in ${target}`);

async function shoot(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await page.screenshot({ path: join(target, `${name}-${width}.png`), fullPage: true, animations: 'disabled' });
    taken += 1;
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function walk(page: Page): Promise<void> {
  const at = (path: string) => page.goto(`${stack.webUrl}${path}`, { waitUntil: 'networkidle' });
  await at('/');
  await shoot(page, 'landing');
  await at('/no-such-page');
  await shoot(page, 'not-found');
  await at('/sign-in?error=link');
  await shoot(page, 'sign-in-link-expired');
  await at('/sign-in');
  await shoot(page, 'sign-in-empty');
  await page.getByLabel('Email address').fill('grace');
  await page.getByRole('button', { name: 'Send sign-in link' }).click();
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
  await shoot(page, 'sign-in-refused');
  await at('/sign-in/verify');
  await shoot(page, 'verify-incomplete');
  await at('/sign-in/verify?token=used-before');
  await shoot(page, 'verify');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
  await shoot(page, 'verify-failed');
  await at('/sign-in');
  await signInOnPage(stack, page, OWNER);
  await page.waitForURL(/\/dashboard$/);
  await page.getByText('You have no servers yet.').waitFor();
  await shoot(page, 'dashboard-empty');

  await walkWizard(page);
  await walkServer(page);
  await walkRest(page);
}

async function walkWizard(page: Page): Promise<void> {
  await page.goto(`${stack.webUrl}/servers/new`, { waitUntil: 'networkidle' });
  await shoot(page, 'new-server-empty');
  model.script(slow);
  await page.getByLabel('What should your tool do?').fill('Echo what I say, and tell the time in a city.');
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.waitForTimeout(2_500);
  await shoot(page, 'new-server-generating');
  await page.getByRole('button', { name: 'Cancel' }).click();
  model.script(refusing);
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
  await shoot(page, 'new-server-failed');
  model.script(quick);
  await page.getByRole('button', { name: 'Generate' }).click();
  await page.getByRole('heading', { name: /^Tools/ }).waitFor();
  await shoot(page, 'new-server-review');
  await page.getByRole('button', { name: 'Edit echo' }).click();
  await page.getByLabel('Title', { exact: true }).fill('');
  await page.getByLabel('Slug', { exact: true }).fill('admin');
  await shoot(page, 'new-server-review-problems');
}

async function walkServer(page: Page): Promise<void> {
  const user = await signInApiUser(stack, OWNER);
  model.script(slow);
  const { server, build } = await user.createServer({
    name: 'Release notes',
    slug: 'release-notes',
    prompt: 'Read our release notes.',
  });
  await page.goto(`${stack.webUrl}/servers/${server.id}?build=${build.id}`);
  await page.getByText('Build: generating').waitFor();
  await page.waitForTimeout(2_500);
  await shoot(page, 'server-building');
  await user.waitForBuild(build.id, 90_000);
  await page.getByText('Build finished: live').waitFor();
  await shoot(page, 'server-build-live');
  for (const tab of ['overview', 'tools', 'versions', 'builds', 'iterate', 'settings']) {
    await page.goto(`${stack.webUrl}/servers/${server.id}?tab=${tab}`, { waitUntil: 'networkidle' });
    await shoot(page, `server-${tab}`);
  }
  await page.getByRole('button', { name: 'Delete server' }).click();
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'server-delete-dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Pause server' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  await page.goto(`${stack.webUrl}/servers/${server.id}`, { waitUntil: 'networkidle' });
  await shoot(page, 'server-paused');

  model.script(refusing);
  const failing = await user.createServer({
    name: 'Declined',
    slug: 'declined',
    prompt: 'Something that is declined.',
  });
  await waitFor(async () => (await user.getBuild(failing.build.id)).build.state === 'failed', { timeoutMs: 30_000 });
  await page.goto(`${stack.webUrl}/servers/${failing.server.id}?build=${failing.build.id}`);
  await page.getByText('Build failed').waitFor();
  await shoot(page, 'server-build-failed');
  model.script(quick);
}

async function walkRest(page: Page): Promise<void> {
  const user = await signInApiUser(stack, OWNER);
  await user.createLiveServer('team-calendar');
  await page.goto(`${stack.webUrl}/dashboard`, { waitUntil: 'networkidle' });
  await shoot(page, 'dashboard-full');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'command-palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await shoot(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.goto(`${stack.webUrl}/settings`, { waitUntil: 'networkidle' });
  await shoot(page, 'settings-empty');
  await page.getByLabel('Key name').fill('Deploy script');
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByText('Copy the key now.').waitFor();
  await page.getByRole('button', { name: 'Revoke Deploy script' }).waitFor();
  await shoot(page, 'settings-key-created');

  await page.goto(await newAuthorizationUrl(`${stack.gatewayUrl}/s/team-calendar/mcp`));
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await shoot(page, 'consent');
  await page.goto(`${stack.webUrl}/consent?request=arq_gone`, { waitUntil: 'networkidle' });
  await shoot(page, 'consent-expired');

  await stack.killApp('api');
  await page.goto(`${stack.webUrl}/dashboard`, { waitUntil: 'networkidle' });
  await shoot(page, 'dashboard-api-gone');
}

async function newAuthorizationUrl(resource: string): Promise<string> {
  const redirectUri = 'http://127.0.0.1:33418/callback';
  const registered = await fetch(`${stack.gatewayUrl}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Claude Code',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id } = (await registered.json()) as { client_id: string };
  const url = new URL(`${stack.gatewayUrl}/oauth/authorize`);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource,
    state: 'screenshots',
  }).toString();
  return url.href;
}
