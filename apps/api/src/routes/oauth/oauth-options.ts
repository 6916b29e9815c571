import type { SigningKeys } from '@bmm/auth';
import type { Database } from '@bmm/db';
import type { PublicUrls, Secret } from '@bmm/types';
import type { FastifyRequest } from 'fastify';

export interface OAuthRoutesOptions {
  config: {
    urls: PublicUrls;
    /** Origin of the web app with the consent page, without a trailing slash. */
    webUrl: string;
    /** `__Host-` cookies with Secure; needs https. */
    secureCookies: boolean;
  };
  db: Database;
  signingKeys: SigningKeys;
  /** Derives the successor of a refresh token; losing it makes retries fail, nothing else. */
  refreshKey: Secret<Buffer>;
  now(): Date;
  /** Who is signed in, by the session cookie. */
  getSession(request: FastifyRequest): Promise<{ userId: string; email: string } | undefined>;
  /** Counts uses in a fixed window, for the rate limits. */
  keys: { increment(key: string, windowMs: number): Promise<{ count: number; resetsInMs: number }> };
}
