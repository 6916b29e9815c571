import { ConsentDecisionResponseSchema } from '@bmm/types';
import type { Page } from 'playwright-core';
import type { ApiUser } from './api-user.ts';

/** What the authorization server sent to the client's redirect URI. */
export type Answer = URLSearchParams;
export type AnswerRequest = (authorizationUrl: URL) => Promise<Answer>;

/** Goes the way of a signed-in browser, request by request. */
export function consentByHttp(user: ApiUser, approve = true): AnswerRequest {
  return async (authorizationUrl) => {
    const parked = await fetch(authorizationUrl, { redirect: 'manual' });
    const consentPage = locationOf(parked);
    const requestId = consentPage.searchParams.get('request');
    // An error goes back to the client without a consent page.
    if (requestId === null) return consentPage.searchParams;
    const cookie = (parked.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const decided = await user.fetch('POST', `/v1/oauth/requests/${requestId}/decision`, { approve });
    if (!decided.ok) throw new Error(`The decision was refused: ${decided.status} ${await decided.text()}`);
    const { redirectTo } = ConsentDecisionResponseSchema.parse(await decided.json());
    return locationOf(await fetch(redirectTo, { redirect: 'manual', headers: { cookie } })).searchParams;
  };
}

/** A person in a browser who reads the consent page and presses a button; `page` is signed in. */
export function consentOnPage(page: Page, callback: Promise<Answer>, button: 'Approve' | 'Deny'): AnswerRequest {
  return async (authorizationUrl) => {
    await page.goto(authorizationUrl.href);
    await page.getByRole('button', { name: button }).click();
    return callback;
  };
}

function locationOf(response: Response): URL {
  const location = response.headers.get('location');
  if (location === null) throw new Error(`Expected a redirect from ${response.url}, got ${response.status}.`);
  return new URL(location, response.url);
}
