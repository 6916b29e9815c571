import type { FastifyInstance } from 'fastify';
import { authorizeRoutes } from './authorize.ts';
import { consentRoutes } from './consent.ts';
import { continueRoutes } from './continue.ts';
import { allowAnyOrigin, answerOAuthErrors, answerWithPages, readOAuthBodies } from './endpoint-kinds.ts';
import { metadataRoutes } from './metadata.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { registerRoutes } from './register.ts';
import { revokeRoutes } from './revoke.ts';
import { tokenRoutes } from './token.ts';

/**
 * The authorization server (OAuth 2.1, RFC 8414, 7591, 7009, 8707, 9207) with the consent page's two endpoints. Three
 * kinds of endpoint, each in a scope of its own: public JSON without cookies, pages that redirect, and the dashboard's.
 */
export async function oauthRoutes(app: FastifyInstance, options: OAuthRoutesOptions): Promise<void> {
  await app.register(async (publicJson) => {
    allowAnyOrigin(publicJson);
    metadataRoutes(publicJson, options);
    await publicJson.register(async (endpoints) => {
      answerOAuthErrors(endpoints);
      readOAuthBodies(endpoints);
      registerRoutes(endpoints, options);
      tokenRoutes(endpoints, options);
      revokeRoutes(endpoints, options);
    });
  });
  await app.register(async (pages) => {
    answerWithPages(pages);
    authorizeRoutes(pages, options);
    continueRoutes(pages, options);
  });
  await app.register(async (dashboard) => consentRoutes(dashboard, options));
}
