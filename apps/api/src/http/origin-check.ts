import { AppError } from '@bmm/types';
import type { FastifyRequest } from 'fastify';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Cross-site requests and cookies: a browser attaches the session cookie to requests that other sites make, so every
 * request with an effect must say that it comes from our own pages. Browsers set Origin and Sec-Fetch-Site themselves
 * and no page can change them; a program that sends neither has no cookie jar that another site could abuse.
 * @throws AppError `foreign_origin`
 */
export function assertOwnOrigin(request: FastifyRequest, allowedOrigins: ReadonlySet<string>): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (
    origin !== undefined ? !allowedOrigins.has(origin) : site !== undefined && site !== 'same-origin' && site !== 'none'
  )
    throw foreign();
}

/** A WebSocket handshake is a GET that the same-origin policy does not cover: its Origin must be present and ours. */
export function assertOwnWebSocketOrigin(request: FastifyRequest, allowedOrigins: ReadonlySet<string>): void {
  const { origin } = request.headers;
  if (origin === undefined || !allowedOrigins.has(origin)) throw foreign();
}

const foreign = () => new AppError('foreign_origin', 'This request came from another site and was refused.');
