import { randomUUID } from 'node:crypto';
import {
  Client,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import type { Answer, AnswerRequest } from './consent.ts';

/** Keeps in memory what a client program keeps on disk. */
export class MemoryOAuthProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly #answerRequest: AnswerRequest;
  #client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #discovery: OAuthDiscoveryState | undefined;
  #verifier = '';
  #state = '';
  /** What came to the redirect URI last. */
  answer: Answer | undefined;

  constructor(answerRequest: AnswerRequest, redirectUrl = 'http://127.0.0.1:3334/callback') {
    this.#answerRequest = answerRequest;
    this.redirectUrl = redirectUrl;
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'End-to-end client',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state(): string {
    this.#state = randomUUID();
    return this.#state;
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    return this.#client;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#client = client;
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }

  /** Makes the next request use this access token, as if the stored one had changed on disk. */
  replaceAccessToken(accessToken: string): void {
    if (this.#tokens === undefined) throw new Error('There are no tokens yet.');
    this.#tokens = { ...this.#tokens, access_token: accessToken };
  }

  async redirectToAuthorization(authorizationUrl: URL): Promise<void> {
    this.answer = await this.#answerRequest(authorizationUrl);
    if (this.answer.get('state') !== this.#state) throw new Error('The answer carries another state.');
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier;
  }
}

export const CLIENT_MODES = {
  auto: 'auto',
  modern: { pin: '2026-07-28' },
  legacy: 'legacy',
} as const satisfies Record<string, VersionNegotiationMode>;

/** Connects as a client program does: tries, is sent to the authorization server, comes back and tries again. */
export async function connectMcp(
  mcpUrl: string,
  authProvider: MemoryOAuthProvider,
  mode: VersionNegotiationMode = 'auto',
): Promise<Client> {
  const open = async (): Promise<Client> => {
    const client = new Client({ name: 'e2e', version: '1.0.0' }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider });
    try {
      await client.connect(transport);
      return client;
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || authProvider.answer === undefined) throw error;
      await transport.finishAuth(authProvider.answer);
      authProvider.answer = undefined;
      throw new AuthorizedNow();
    }
  };
  try {
    return await open();
  } catch (error) {
    if (error instanceof AuthorizedNow) return open();
    throw error;
  }
}

class AuthorizedNow extends Error {}

/** One bare request to an MCP URL, to see status and headers. */
export function postToMcp(mcpUrl: string, accessToken?: string): Promise<Response> {
  return fetch(mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'e2e', version: '1.0.0' } },
    }),
  });
}
