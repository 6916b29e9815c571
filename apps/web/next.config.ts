import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';
import { STATIC_SECURITY_HEADERS } from './src/lib/security-headers.ts';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

const config: NextConfig = {
  transpilePackages: ['@bmm/types'],
  turbopack: { root: repositoryRoot },
  outputFileTracingRoot: repositoryRoot,
  poweredByHeader: false,
  devIndicators: false,
  // Compression would hold back server-sent events; a reverse proxy compresses what is worth it.
  compress: false,
  headers: async () => [{ source: '/((?!v1/).*)', headers: STATIC_SECURITY_HEADERS }],
  experimental: {
    // Silence on a forwarded request before it is given up. A preview without streaming takes minutes.
    proxyTimeout: 10 * 60 * 1000,
  },
};

export default config;
