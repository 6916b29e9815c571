import { waitFor } from '@bmm/testing';
import type { Page } from 'playwright-core';
import { findSignInLink, readLog } from './stack-log.ts';
import type { StackAddress } from './start-stack.ts';

/** Does what asks for a link. @returns the one that the api then prints, since no mail server is set */
async function askForLink(stack: StackAddress, email: string, ask: () => Promise<void>): Promise<string> {
  const findNewest = () => findSignInLink(readLog(stack.logFile), email);
  // An earlier link of the same person stands in the log, and was used.
  const earlier = findNewest();
  await ask();
  const isNew = (link: string | undefined) => link !== earlier && link;
  return waitFor(() => isNew(findNewest()), { timeoutMs: 10_000 });
}

/** Signs in as a person does, from a page that shows the sign-in form. */
export async function signInOnPage(stack: StackAddress, page: Page, email: string): Promise<void> {
  const link = await askForLink(stack, email, async () => {
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('button', { name: 'Send sign-in link' }).click();
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  });
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in without a browser. @returns the value of the Cookie header */
export async function signInByHttp(stack: StackAddress, email: string): Promise<string> {
  const link = await askForLink(stack, email, async () => {
    const asked = await fetch(`${stack.apiUrl}/v1/auth/sign-in/magic-link`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: stack.webUrl },
      body: JSON.stringify({ email, callbackURL: '/dashboard' }),
    });
    if (!asked.ok) throw new Error(`No sign-in link: ${asked.status} ${await asked.text()}`);
  });
  const token = new URL(link).searchParams.get('token') ?? '';
  const verify = new URL('/v1/auth/magic-link/verify', stack.apiUrl);
  verify.search = new URLSearchParams({ token, callbackURL: '/' }).toString();
  const answer = await fetch(verify, { redirect: 'manual' });
  const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  if (cookies.length === 0) throw new Error(`The sign-in link gave no session: ${answer.status}`);
  return cookies.join('; ');
}
