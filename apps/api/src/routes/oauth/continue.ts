import { randomUUID } from 'node:crypto';
import { AUTHORIZATION_CODE_TTL_MS, authorizeResponseUrl, hashToken, randomToken, singleParam } from '@bmm/auth';
import {
  type AuthorizationRequestRow,
  consumeAuthorizationRequest,
  findServerStateForMember,
  insertOAuthCode,
  type Queryable,
  upsertOAuthGrant,
} from '@bmm/db';
import { IdSchema } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { expiredBrowserCookie, readBrowserCookie } from './browser-cookie.ts';
import { queryParams, sendPage } from './endpoint-kinds.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { isConnectable } from './protected-server.ts';

/** The way back to the client after the decision: once, in the browser that started, with the decision's ticket. */
export function continueRoutes(app: FastifyInstance, { config, db, now }: OAuthRoutesOptions): void {
  app.get<{ Params: { id: string } }>('/oauth/continue/:id', { exposeHeadRoute: false }, async (request, reply) => {
    const cookieScope = { requestId: request.params.id, secure: config.secureCookies };
    const browser = readBrowserCookie(cookieScope, request.headers.cookie);
    const ticket = singleParam(queryParams(request), 'ticket');
    const answer =
      browser === undefined || ticket === undefined || !IdSchema.safeParse(request.params.id).success
        ? undefined
        : await db.transaction(async (tx) => {
            const keys = { id: request.params.id, browserHash: hashToken(browser), ticketHash: hashToken(ticket) };
            const parked = await consumeAuthorizationRequest(tx, { ...keys, now: now() });
            return parked && { parked, code: await issueCode(tx, parked, now()) };
          });
    if (answer === undefined) {
      const text =
        'This request was already used, has expired, or was started in another browser. Start again in the application.';
      return sendPage(reply, 400, text);
    }
    const { parked, code } = answer;
    const state = parked.state ?? undefined;
    const denied = { error: 'access_denied', error_description: 'The connection was not approved.', state };
    const response = code === undefined ? denied : { code, state };
    return reply
      .code(303)
      .header('set-cookie', expiredBrowserCookie(cookieScope))
      .header('location', authorizeResponseUrl(parked.redirectUri, response, config.urls.issuer))
      .send();
  });
}

/** Undefined when it was denied, or when the person has lost access or the server stopped since they decided. */
async function issueCode(tx: Queryable, parked: AuthorizationRequestRow, now: Date): Promise<string | undefined> {
  if (parked.decision !== 'approved' || parked.userId === null) return undefined;
  const { userId, clientId, serverId, scopes } = parked;
  const serverState = await findServerStateForMember(tx, { serverId, userId });
  if (serverState === undefined || !isConnectable(serverState)) return undefined;
  const grant = await upsertOAuthGrant(tx, { userId, clientId, serverId, scopes, now });
  const code = randomToken();
  await insertOAuthCode(tx, {
    hash: hashToken(code),
    grantId: grant.id,
    familyId: randomUUID(),
    clientId,
    resource: parked.resource,
    redirectUri: parked.redirectUri,
    codeChallenge: parked.codeChallenge,
    scopes,
    expiresAt: new Date(now.getTime() + AUTHORIZATION_CODE_TTL_MS),
  });
  return code;
}
