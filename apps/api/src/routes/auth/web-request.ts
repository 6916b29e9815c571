import type { FastifyRequest } from 'fastify';

/**
 * The same request as a web-standard one, under our own public address: neither Host nor X-Forwarded-Host of the
 * caller decides what links and cookies are made for. `x-real-ip` is set from the address that we believe.
 */
export function toWebRequest(request: FastifyRequest, baseUrl: string): Request {
  const headers = toWebHeaders(request);
  headers.delete('x-forwarded-host');
  headers.delete('x-forwarded-proto');
  headers.delete('content-length');
  headers.set('host', new URL(baseUrl).host);
  headers.set('x-real-ip', request.ip);
  return new Request(new URL(request.url, baseUrl), {
    method: request.method,
    headers,
    ...(request.method === 'POST' ? { body: JSON.stringify(request.body ?? {}) } : {}),
  });
}

export function toWebHeaders(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}
