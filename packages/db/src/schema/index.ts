export * from './auth.ts';
export * from './builds.ts';
export * from './oauth.ts';
export * from './organizations.ts';
export * from './servers.ts';
