import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Queryable } from '../database.ts';
import {
  oauthAuthorizationRequest as authorizationRequest,
  oauthClient,
  organization,
  server,
} from '../schema/index.ts';

export type AuthorizationRequestRow = typeof authorizationRequest.$inferSelect;
export type AuthorizationDecision = 'approved' | 'denied';

export interface AuthorizationRequestView {
  request: AuthorizationRequestRow;
  client: { id: string; name: string };
  server: { id: string; orgId: string; name: string; slug: string };
  organizationName: string;
}

export async function insertAuthorizationRequest(
  db: Queryable,
  request: typeof authorizationRequest.$inferInsert,
): Promise<void> {
  await db.insert(authorizationRequest).values(request);
}

/** A request that has not expired, with what the consent page shows. */
export async function findAuthorizationRequest(
  db: Queryable,
  id: string,
  now: Date,
): Promise<AuthorizationRequestView | undefined> {
  const [row] = await db
    .select({
      request: authorizationRequest,
      client: { id: oauthClient.id, name: oauthClient.name },
      server: { id: server.id, orgId: server.orgId, name: server.name, slug: server.slug },
      organizationName: organization.name,
    })
    .from(authorizationRequest)
    .innerJoin(oauthClient, eq(oauthClient.id, authorizationRequest.clientId))
    .innerJoin(server, eq(server.id, authorizationRequest.serverId))
    .innerJoin(organization, eq(organization.id, server.orgId))
    .where(and(eq(authorizationRequest.id, id), gt(authorizationRequest.expiresAt, now)));
  return row;
}

/** Records the one decision on a request; false when it was decided before or has expired. */
export async function decideAuthorizationRequest(
  db: Queryable,
  {
    id,
    now,
    ...decided
  }: { id: string; userId: string; decision: AuthorizationDecision; ticketHash: string; now: Date },
): Promise<boolean> {
  const rows = await db
    .update(authorizationRequest)
    .set(decided)
    .where(
      and(
        eq(authorizationRequest.id, id),
        isNull(authorizationRequest.decision),
        isNull(authorizationRequest.usedAt),
        gt(authorizationRequest.expiresAt, now),
      ),
    )
    .returning({ id: authorizationRequest.id });
  return rows.length === 1;
}

/** Takes a decided request, once, for the browser that brought it and the ticket of its decision. */
export async function consumeAuthorizationRequest(
  db: Queryable,
  { id, browserHash, ticketHash, now }: { id: string; browserHash: string; ticketHash: string; now: Date },
): Promise<AuthorizationRequestRow | undefined> {
  const [row] = await db
    .update(authorizationRequest)
    .set({ usedAt: now })
    .where(
      and(
        eq(authorizationRequest.id, id),
        eq(authorizationRequest.browserHash, browserHash),
        eq(authorizationRequest.ticketHash, ticketHash),
        isNull(authorizationRequest.usedAt),
        gt(authorizationRequest.expiresAt, now),
      ),
    )
    .returning();
  return row;
}
