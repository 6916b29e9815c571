export {
  type Database,
  type DatabaseConnection,
  type OpenDatabaseOptions,
  openDatabase,
  type Queryable,
} from './database.ts';
export { isDatabaseUnavailable, isEmailTaken, isUniqueViolation, isUnstorableText } from './errors.ts';
export { migrateDatabase } from './migrate.ts';
export * from './queries/api-keys.ts';
export * from './queries/audit.ts';
export * from './queries/build-leases.ts';
export * from './queries/builds.ts';
export * from './queries/oauth.ts';
export * from './queries/organizations.ts';
export * from './queries/personal-organization.ts';
export * from './queries/previews.ts';
export * from './queries/routing.ts';
export * from './queries/secrets.ts';
export * from './queries/servers.ts';
export * as schema from './schema/index.ts';
