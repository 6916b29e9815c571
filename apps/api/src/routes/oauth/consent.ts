/**
 * What the consent page reads and decides. Threats: consent that another site gives in the person's name (own Origin
 * only, and GET never decides), a page that shows something else than what is granted (everything comes from the parked
 * request), a decision that is used twice (one conditional statement).
 */
import { describeScope, hashToken, randomToken, redirectHost, redirectUriKind } from '@bmm/auth';
import {
  type AuthorizationRequestView,
  decideAuthorizationRequest,
  findAuthorizationRequest,
  insertAuditEvent,
  isMember,
} from '@bmm/db';
import {
  AppError,
  ConsentDecisionResponseSchema,
  ConsentDecisionSchema,
  type ConsentRequest,
  ConsentRequestSchema,
  IdSchema,
  parseInput,
} from '@bmm/types';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OAuthRoutesOptions } from './oauth-options.ts';

interface ById {
  Params: { id: string };
}

export function consentRoutes(app: FastifyInstance, options: OAuthRoutesOptions): void {
  const { config, db, now } = options;
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  app.get<ById>('/v1/oauth/requests/:id', async (request) => {
    const { view, user } = await getRequestForUser(options, request, request.params.id);
    if (view.request.decision !== null) throw noSuchRequest();
    return ConsentRequestSchema.parse(toConsentRequest(view, user.email, config.urls.mcpUrl(view.server.slug)));
  });

  app.post<ById>('/v1/oauth/requests/:id/decision', async (request) => {
    if (request.headers.origin !== config.webUrl)
      throw new AppError('foreign_origin', 'This request came from another site and was refused.');
    const { view, user } = await getRequestForUser(options, request, request.params.id);
    const decision = parseInput(ConsentDecisionSchema, request.body).approve ? 'approved' : 'denied';
    const ticket = randomToken();
    await db.transaction(async (tx) => {
      const decided = {
        id: view.request.id,
        userId: user.userId,
        decision,
        ticketHash: hashToken(ticket),
        now: now(),
      } as const;
      if (!(await decideAuthorizationRequest(tx, decided)))
        throw new AppError('validation_failed', 'This request was already answered. Start again in the application.');
      await insertAuditEvent(tx, {
        orgId: view.server.orgId,
        actorUserId: user.userId,
        action: `oauth.consent.${decision}`,
        resourceType: 'server',
        resourceId: view.server.id,
        metadata: {
          clientId: view.client.id,
          clientName: view.client.name,
          redirectHost: redirectHost(view.request.redirectUri),
        },
        ip: request.ip,
      });
    });
    const redirectTo = `${config.urls.issuer}/oauth/continue/${view.request.id}?ticket=${ticket}`;
    return ConsentDecisionResponseSchema.parse({ redirectTo });
  });
}

/** @throws AppError `unauthorized`; `not_found` for what does not exist and for a server of others alike */
async function getRequestForUser({ db, now, getSession }: OAuthRoutesOptions, request: FastifyRequest, id: string) {
  const user = await getSession(request);
  if (user === undefined) throw new AppError('unauthorized', 'Sign in to decide about this connection.');
  const view = IdSchema.safeParse(id).success ? await findAuthorizationRequest(db, id, now()) : undefined;
  if (view === undefined || !(await isMember(db, view.server.orgId, user.userId))) throw noSuchRequest();
  return { view, user };
}

function toConsentRequest(view: AuthorizationRequestView, email: string, mcpUrl: string): ConsentRequest {
  const { request, client, server, organizationName } = view;
  return {
    id: request.id,
    client,
    redirectHost: redirectHost(request.redirectUri),
    redirectIsLoopback: redirectUriKind(request.redirectUri) === 'loopback',
    server: { name: server.name, slug: server.slug, mcpUrl, organization: organizationName },
    scopes: request.scopes.map((name) => ({ name, description: describeScope(name) })),
    user: { email },
    expiresAt: request.expiresAt.toISOString(),
  };
}

function noSuchRequest(): AppError {
  return new AppError(
    'not_found',
    'This connection cannot be approved here. It has expired, was already answered, or this account may not use the server.',
  );
}
