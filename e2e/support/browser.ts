import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
/** Far above what a page needs, for machines that do other things as well. */
const PAGE_TIMEOUT_MS = 30_000;

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** What a page did that nobody sees on it. */
export interface PageRecord {
  readonly consoleErrors: string[];
  readonly requests: string[];
  readonly webSockets: string[];
  /** Text messages that WebSockets received, in their order. */
  readonly messages: { readonly url: string; readonly text: string }[];
}

export async function openPage(
  browser: Browser,
  options: { width?: number; height?: number } = {},
): Promise<{ context: BrowserContext; page: Page; record: PageRecord }> {
  const { width = 1440, height = 900 } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const record: PageRecord = { consoleErrors: [], requests: [], webSockets: [], messages: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') record.consoleErrors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => record.consoleErrors.push(String(error)));
  page.on('request', (request) => record.requests.push(request.url()));
  page.on('websocket', (socket) => {
    record.webSockets.push(socket.url());
    socket.on('framereceived', ({ payload }) => record.messages.push({ url: socket.url(), text: String(payload) }));
  });
  return { context, page, record };
}
