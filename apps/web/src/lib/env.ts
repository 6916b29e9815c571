/** The only place where web reads its environment; read on every call, so that one build runs anywhere. */
export function readEnv() {
  return {
    /** Where api listens, without a trailing slash. */
    apiUrl: (process.env.API_URL ?? 'http://127.0.0.1:4000').replace(/\/+$/, ''),
    /** Whether web stands behind a proxy that writes X-Forwarded-For itself; otherwise a client could claim any address. */
    trustForwardedFor: process.env.TRUST_FORWARDED_FOR === '1',
    isDevelopment: process.env.NODE_ENV === 'development',
  } as const;
}
