export * from './oauth-clients.ts';
export * from './oauth-families.ts';
export * from './oauth-requests.ts';
export * from './oauth-signing-keys.ts';
export * from './oauth-sweep.ts';
export * from './oauth-tokens.ts';
