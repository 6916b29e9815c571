import { hashToken, parseRevocationRequest, readOwnAccessToken } from '@bmm/auth';
import { findGrantView, findRefreshToken } from '@bmm/db';
import type { FastifyInstance } from 'fastify';
import { OAUTH_BODY_BYTES_MAX } from './constants.ts';
import { bodyParams } from './endpoint-kinds.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { countOAuthUse } from './rate-limit.ts';
import { endTokenFamily } from './token-outcome.ts';

/**
 * RFC 7009: either token of a connection ends the connection. Always 200, also for a token that is unknown or another
 * client's, so that nobody learns which tokens exist.
 */
export function revokeRoutes(app: FastifyInstance, options: OAuthRoutesOptions): void {
  const { db, keys, now } = options;
  app.post('/oauth/revoke', { bodyLimit: OAUTH_BODY_BYTES_MAX }, async (request, reply) => {
    await countOAuthUse(keys, 'token', request.ip);
    const { clientId, token } = parseRevocationRequest(bodyParams(request));
    const family = await findFamily(options, token);
    const view = family && (await findGrantView(db, family.grantId));
    if (family !== undefined && view !== undefined && family.clientId === clientId) {
      const { familyId } = family;
      await db.transaction((tx) =>
        endTokenFamily(tx, { view, familyId, reason: 'requested', now: now(), ip: request.ip }),
      );
    }
    return reply.code(200).send();
  });
}

async function findFamily({ config, db, now, signingKeys }: OAuthRoutesOptions, token: string) {
  const row = await findRefreshToken(db, hashToken(token));
  if (row !== undefined) return row;
  return readOwnAccessToken(token, { jwks: await signingKeys.jwks(), issuer: config.urls.issuer, now: now() });
}
