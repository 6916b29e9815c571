/** The entry for resource servers: loads jose and nothing of the sign-in. */
export {
  type AccessTokenClaims,
  type AccessTokenRefusal,
  type AccessTokenVerdict,
  toBearerError,
  type VerifyAccessTokenOptions,
  verifyAccessToken,
} from './verify-access-token.ts';
