import {
  ACCESS_TOKEN_TTL_SECONDS,
  type CodeTokenRequest,
  mintAccessToken,
  OAuthError,
  parseTokenRequest,
  type RefreshTokenRequest,
  toTokenError,
} from '@bmm/auth';
import { findOAuthClient, touchOAuthClient } from '@bmm/db';
import type { FastifyInstance } from 'fastify';
import { OAUTH_BODY_BYTES_MAX } from './constants.ts';
import { bodyParams } from './endpoint-kinds.ts';
import type { OAuthRoutesOptions } from './oauth-options.ts';
import { countOAuthUse } from './rate-limit.ts';
import { redeemCode } from './redeem-code.ts';
import { rotateRefreshToken } from './rotate-refresh-token.ts';
import type { TokenOutcome } from './token-outcome.ts';

/** RFC 6749 §4.1.3 and §6 for public clients, with PKCE and one audience a token (RFC 8707). */
export function tokenRoutes(app: FastifyInstance, options: OAuthRoutesOptions): void {
  const { config, db, keys, now, signingKeys } = options;
  for (const path of ['/oauth/token', '/token']) {
    app.post(path, { bodyLimit: OAUTH_BODY_BYTES_MAX }, async (request, reply) => {
      await countOAuthUse(keys, 'token', request.ip);
      const asked = parseTokenRequest(bodyParams(request));
      if ((await findOAuthClient(db, asked.clientId)) === undefined)
        throw new OAuthError('invalid_client', 'The client is not registered.');
      const outcome = await exchange(options, asked, request.ip);
      if ('refusal' in outcome) {
        request.log.info({ grantType: asked.grantType, reason: outcome.refusal }, 'token refused');
        throw toTokenError(outcome.refusal);
      }
      await touchOAuthClient(db, asked.clientId, now());
      const key = await signingKeys.active();
      const accessToken = await mintAccessToken(outcome.subject, { key, issuer: config.urls.issuer, now: now() });
      return reply.header('pragma', 'no-cache').send({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: ACCESS_TOKEN_TTL_SECONDS,
        scope: outcome.subject.scopes.join(' '),
        refresh_token: outcome.refreshToken,
      });
    });
  }
}

function exchange(
  options: OAuthRoutesOptions,
  asked: CodeTokenRequest | RefreshTokenRequest,
  ip: string,
): Promise<TokenOutcome> {
  switch (asked.grantType) {
    case 'authorization_code':
      return redeemCode(options, asked, ip);
    case 'refresh_token':
      return rotateRefreshToken(options, asked, ip);
  }
}
