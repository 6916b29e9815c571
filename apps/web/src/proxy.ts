import { type NextRequest, NextResponse } from 'next/server';
import { readEnv } from './lib/env.ts';
import { PATH_HEADER } from './lib/path-header.ts';
import { contentSecurityPolicy } from './lib/security-headers.ts';

/** Forwards /v1 to api (HTTP, server-sent events and WebSocket upgrades) and gives each page its own CSP nonce. */
export function proxy(request: NextRequest): NextResponse {
  const { apiUrl, isDevelopment } = readEnv();
  const { pathname, search } = request.nextUrl;
  if (pathname === '/v1' || pathname.startsWith('/v1/')) {
    // What a client says about its own address is gone already, see instrumentation.ts.
    return NextResponse.rewrite(new URL(`${apiUrl}${pathname}${search}`));
  }
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = contentSecurityPolicy(nonce, isDevelopment);
  const headers = new Headers(request.headers);
  // Next reads the nonce of its own scripts from this request header.
  headers.set('content-security-policy', policy);
  headers.set(PATH_HEADER, `${pathname}${search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

export const config = {
  matcher: ['/((?!_next/static|_next/image|_next/hmr|_next/webpack-hmr|icon|favicon).*)'],
};
