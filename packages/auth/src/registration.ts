import { z } from 'zod';
import { CLIENT_NAME_CHARS_MAX, REDIRECT_URIS_MAX } from './constants.ts';
import { toDisplayText } from './display-text.ts';
import { OAuthError } from './oauth-error.ts';
import { redirectHost, redirectUriKind } from './redirect-uri.ts';

/** What we keep of a registration (RFC 7591 §2). URIs in it are text: none is ever fetched. */
export interface ClientRegistration {
  name: string;
  redirectUris: string[];
  metadata: Record<string, string>;
}

const KEPT_METADATA = ['client_uri', 'software_id', 'software_version'] as const;
const METADATA_CHARS_MAX = 200;
const RegistrationBody = z.looseObject({ client_name: z.unknown().optional(), redirect_uris: z.unknown().optional() });

/**
 * Reads a dynamic client registration. Every client is a public one; `scope`, `application_type` and the wanted
 * authentication method are ignored, because clients send them wrong and nothing depends on them.
 * @throws OAuthError invalid_client_metadata, invalid_redirect_uri
 */
export function parseRegistration(body: unknown): ClientRegistration {
  const parsed = RegistrationBody.safeParse(body);
  if (!parsed.success) throw new OAuthError('invalid_client_metadata', 'The registration must be a JSON object.');
  const redirectUris = parseRedirectUris(parsed.data.redirect_uris);
  const { client_name: name } = parsed.data;
  const shown = typeof name === 'string' ? toDisplayText(name, CLIENT_NAME_CHARS_MAX) : '';
  const metadata: Record<string, string> = {};
  for (const key of KEPT_METADATA) {
    const value = parsed.data[key];
    if (typeof value === 'string') metadata[key] = toDisplayText(value, METADATA_CHARS_MAX);
  }
  return {
    name: shown === '' ? `Unnamed client (${redirectHost(redirectUris[0] ?? '')})` : shown,
    redirectUris,
    metadata,
  };
}

/** The answer of RFC 7591 §3.2.1: what we registered, which may differ from what was asked. */
export function registrationAnswer(
  clientId: string,
  issuedAt: Date,
  client: ClientRegistration,
): Record<string, unknown> {
  return {
    client_id: clientId,
    client_id_issued_at: Math.floor(issuedAt.getTime() / 1000),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...client.metadata,
  };
}

function parseRedirectUris(uris: unknown): string[] {
  if (!Array.isArray(uris) || uris.length === 0)
    throw new OAuthError('invalid_redirect_uri', 'redirect_uris must be a list with at least one URI.');
  if (uris.length > REDIRECT_URIS_MAX)
    throw new OAuthError('invalid_redirect_uri', `A client has at most ${REDIRECT_URIS_MAX} redirect URIs.`);
  return uris.map((uri, index) => {
    if (typeof uri === 'string' && redirectUriKind(uri) !== undefined) return uri;
    throw new OAuthError(
      'invalid_redirect_uri',
      `redirect_uris[${index}] is not allowed: use https, http on a loopback address, or a private-use scheme of an app.`,
    );
  });
}
