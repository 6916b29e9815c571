import { fromProblem } from '@bmm/types';
import { toFailure } from './api-error.ts';
import { browserApi } from './browser-api.ts';

export type SignInOutcome = { ok: true } | { ok: false; sentence: string };

const unreachable = 'The server cannot be reached. Try again in a moment.';

/** Asks for a sign-in link. What is not a problem document comes from better-auth and is not shown. */
export async function requestSignInLink(email: string, next: string): Promise<SignInOutcome> {
  const response = await fetch('/v1/auth/sign-in/magic-link', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, callbackURL: next, errorCallbackURL: '/sign-in?error=link' }),
  }).catch(() => undefined);
  if (response === undefined || response.status >= 500) return { ok: false, sentence: unreachable };
  if (response.ok) return { ok: true };
  const error = fromProblem(await response.json().catch(() => undefined));
  const isAboutAddress = error.code === 'validation_failed' || error.code === 'internal';
  return {
    ok: false,
    sentence: isAboutAddress
      ? 'No link could be sent to this address. Check it and try again.'
      : toFailure(error).sentence,
  };
}

/**
 * Uses a sign-in link. The answer is a redirect whose target tells the outcome, and which may lead to an origin that
 * this page cannot read; then the session itself is asked for.
 */
export async function redeemSignInLink(token: string): Promise<SignInOutcome> {
  const query = new URLSearchParams({ token, callbackURL: '/health', errorCallbackURL: '/health?error=link' });
  const refused = {
    ok: false,
    sentence: 'This link has expired or was used before. Ask for a new one.',
  } as const;
  const response = await fetch(`/v1/auth/magic-link/verify?${query}`).catch(() => undefined);
  if (response !== undefined && new URL(response.url).searchParams.has('error')) return refused;
  if (response !== undefined && response.status >= 500) return { ok: false, sentence: unreachable };
  return browserApi.me().then(
    () => ({ ok: true }),
    () => refused,
  );
}
