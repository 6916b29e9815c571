import { authorizationServerMetadata, protectedResourceMetadata } from '@bmm/auth';
import { findProtectedServer } from '@bmm/db';
import { AppError } from '@bmm/types';
import type { FastifyInstance } from 'fastify';
import { METADATA_CACHE_SECONDS } from './constants.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';

const CACHE = `public, max-age=${METADATA_CACHE_SECONDS}`;

/** Discovery documents. They name the configured issuer and the configured URL, whatever host the request came by. */
export function metadataRoutes(app: FastifyInstance, { config, db, signingKeys }: OAuthRoutesOptions): void {
  const { urls } = config;
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
    app.get(path, async (_request, reply) =>
      reply.header('cache-control', CACHE).send(authorizationServerMetadata(urls.issuer)),
    );
  }
  app.get('/oauth/jwks', async (_request, reply) =>
    reply.header('cache-control', CACHE).send(await signingKeys.jwks()),
  );
  // Whatever the template of public URLs is: the MCP URL's path stands after the well-known segment (RFC 9728 §3.1).
  app.get<{ Params: { '*': string } }>('/.well-known/oauth-protected-resource/*', async (request, reply) => {
    const slug = urls.slugAt(request.host, `/${request.params['*']}`);
    const server = slug === undefined ? undefined : await findProtectedServer(db, slug);
    if (server === undefined || server.state === 'taken_down')
      throw new AppError('not_found', 'There is no such server.');
    const resource = urls.mcpUrl(server.slug);
    reply.header('cache-control', 'no-store');
    return protectedResourceMetadata({ resource, name: server.name }, urls.issuer);
  });
}
