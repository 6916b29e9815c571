import type { Page } from 'playwright-core';

/** The steps of a build that went live, as `stepStatuses` reads them. */
export const liveSteps = ['queued', 'generating', 'checking', 'building', 'testing', 'deploying', 'live'].map(
  (name) => `${name} done`,
);

/** Name and status of each step that the page shows, from top to bottom. */
export async function stepStatuses(page: Page): Promise<string[]> {
  const steps = page.getByRole('list', { name: 'Build steps' }).locator('> li');
  return steps.evaluateAll((items) =>
    items.map((item) => `${item.getAttribute('data-step')} ${item.getAttribute('data-status')}`),
  );
}

export async function waitForBuildToEnd(page: Page): Promise<void> {
  await page.getByText(/^Build (finished: live|failed|cancelled)$/).waitFor();
}
