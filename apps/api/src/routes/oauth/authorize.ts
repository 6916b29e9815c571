import {
  AUTHORIZATION_REQUEST_TTL_MS,
  type AuthorizeRequest,
  type AuthorizeTarget,
  authorizePageText,
  authorizeResponseUrl,
  hashToken,
  isClientId,
  OAuthError,
  type OAuthParams,
  parseAuthorizeRequest,
  parseAuthorizeTarget,
  randomToken,
  singleParam,
} from '@bmm/auth';
import { findOAuthClient, insertAuthorizationRequest, type ProtectedServerRow } from '@bmm/db';
import { newId } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { browserCookie } from './browser-cookie.ts';
import { queryParams, sendPage } from './endpoint-kinds.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { findConnectableServer } from './protected-server.ts';
import { countOAuthUse } from './rate-limit.ts';

/** Parks a request for authorization, ties it to the browser, and sends the person to the consent page. */
export function authorizeRoutes(app: FastifyInstance, options: OAuthRoutesOptions): void {
  const { config, db, keys, now } = options;
  for (const path of ['/oauth/authorize', '/authorize']) {
    app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
      await countOAuthUse(keys, 'authorize', request.ip);
      const params = queryParams(request);
      const clientId = singleParam(params, 'client_id');
      const client = clientId !== undefined && isClientId(clientId) ? await findOAuthClient(db, clientId) : undefined;
      const target = parseAuthorizeTarget(params, client);
      if ('refusal' in target || client === undefined)
        return sendPage(reply, 400, authorizePageText('refusal' in target ? target.refusal : 'unknown_client'));

      const asked = await readRequest(options, params);
      if (asked instanceof OAuthError) {
        const answer = { error: asked.code, error_description: asked.message, state: target.state };
        return reply
          .code(303)
          .header('location', authorizeResponseUrl(target.redirectUri, answer, config.urls.issuer))
          .send();
      }
      const requestId = newId('authorizationRequest');
      const browser = randomToken();
      await insertAuthorizationRequest(db, {
        ...toRow(target, asked),
        id: requestId,
        clientId: client.id,
        browserHash: hashToken(browser),
        createdAt: now(),
        expiresAt: new Date(now().getTime() + AUTHORIZATION_REQUEST_TTL_MS),
      });
      return reply
        .code(303)
        .header('set-cookie', browserCookie({ requestId, secure: config.secureCookies }, browser))
        .header('location', `${config.webUrl}/consent?request=${requestId}`)
        .send();
    });
  }
}

type AskedFor = AuthorizeRequest & { server: ProtectedServerRow };

async function readRequest(options: OAuthRoutesOptions, params: OAuthParams): Promise<AskedFor | OAuthError> {
  try {
    const asked = parseAuthorizeRequest(params);
    const server = await findConnectableServer(options, asked.resource);
    if (server === undefined) return new OAuthError('invalid_target', 'The resource is not the URL of a server here.');
    return { ...asked, server };
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
}

function toRow({ redirectUri, state }: AuthorizeTarget, { server, resource, codeChallenge, scopes }: AskedFor) {
  return { serverId: server.id, resource, redirectUri, codeChallenge, scopes, state: state ?? null };
}
