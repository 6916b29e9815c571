import { randomBytes } from 'node:crypto';
import { parseRegistration, registrationAnswer } from '@bmm/auth';
import { insertOAuthClient } from '@bmm/db';
import type { FastifyInstance } from 'fastify';
import { OAUTH_BODY_BYTES_MAX } from './constants.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { countOAuthUse } from './rate-limit.ts';

/** Dynamic client registration (RFC 7591), open to everybody: it gives no right, only an id to ask consent for. */
export function registerRoutes(app: FastifyInstance, { db, keys, now }: OAuthRoutesOptions): void {
  for (const path of ['/oauth/register', '/register']) {
    app.post(path, { bodyLimit: OAUTH_BODY_BYTES_MAX }, async (request, reply) => {
      await countOAuthUse(keys, 'register', request.ip);
      const client = parseRegistration(request.body);
      const id = `mcp_${randomBytes(18).toString('base64url')}`;
      const createdAt = now();
      await insertOAuthClient(db, { id, ...client, createdAt });
      return reply.code(201).send(registrationAnswer(id, createdAt, client));
    });
  }
}
