import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { AnswerRequest } from '../e2e/support/consent.ts';

const REDIRECT_URI = 'http://127.0.0.1:3334/callback';
const Registered = z.object({ client_id: z.string() });
const Tokens = z.object({ access_token: z.string() });

/** Registers a client and goes through authorization with PKCE, without a client library in the measured time. */
export async function getAccessToken(issuer: string, resource: string, consent: AnswerRequest): Promise<string> {
  const { client_id } = await readJson(
    Registered,
    await fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Bench',
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
      }),
    }),
  );
  const verifier = randomBytes(32).toString('base64url');
  const request = new URL(`${issuer}/oauth/authorize`);
  request.search = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
    state: randomBytes(16).toString('base64url'),
  }).toString();
  const answer = await consent(request);
  const form = {
    grant_type: 'authorization_code',
    client_id,
    code: answer.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
    resource,
  };
  const tokens = await fetch(`${issuer}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  return (await readJson(Tokens, tokens)).access_token;
}

async function readJson<T extends z.ZodType>(schema: T, response: Response): Promise<z.output<T>> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}
