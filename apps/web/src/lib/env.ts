/** The only place where web reads its environment; read on every call, so that one build runs anywhere. */
export function readEnv() {
  return {
    /** Where api listens, without a trailing slash. */
    apiUrl: (process.env.API_URL ?? 'http://127.0.0.1:4000').replace(/\/+$/, ''),
    isDevelopment: process.env.NODE_ENV === 'development',
  } as const;
}
