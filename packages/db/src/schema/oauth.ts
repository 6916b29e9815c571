import { index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { user } from './auth.ts';
import { createdAt, instant, updatedAt } from './columns.ts';
import { server } from './servers.ts';

/** A dynamically registered client (RFC 7591); always public. */
export const oauthClient = pgTable('oauth_client', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  redirectUris: jsonb('redirect_uris').$type<string[]>().notNull(),
  metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
  createdAt: createdAt(),
  lastUsedAt: instant('last_used_at'),
});

/** A parked /authorize request, bound to the browser that brought it by the hash of a cookie. */
export const oauthAuthorizationRequest = pgTable(
  'oauth_authorization_request',
  {
    id: text('id').primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClient.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => server.id, { onDelete: 'cascade' }),
    resource: text('resource').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    codeChallenge: text('code_challenge').notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    state: text('state'),
    browserHash: text('browser_hash').notNull(),
    /** Set by the decision on the consent page; the ticket's hash lets only that decision continue. */
    userId: text('user_id').references(() => user.id, { onDelete: 'cascade' }),
    decision: text('decision').$type<'approved' | 'denied'>(),
    ticketHash: text('ticket_hash'),
    usedAt: instant('used_at'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('oauth_authorization_request_expires').on(table.expiresAt)],
);

/** One user's consent for one client on one server. */
export const oauthGrant = pgTable(
  'oauth_grant',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClient.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => server.id, { onDelete: 'cascade' }),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    uniqueIndex('oauth_grant_once').on(table.userId, table.clientId, table.serverId),
    index('oauth_grant_server').on(table.serverId),
  ],
);

export const oauthCode = pgTable(
  'oauth_code',
  {
    hash: text('hash').primaryKey(),
    grantId: text('grant_id')
      .notNull()
      .references(() => oauthGrant.id, { onDelete: 'cascade' }),
    familyId: text('family_id').notNull(),
    clientId: text('client_id').notNull(),
    resource: text('resource').notNull(),
    redirectUri: text('redirect_uri').notNull(),
    codeChallenge: text('code_challenge').notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [index('oauth_code_expires').on(table.expiresAt)],
);

export const oauthRefreshToken = pgTable(
  'oauth_refresh_token',
  {
    hash: text('hash').primaryKey(),
    familyId: text('family_id').notNull(),
    grantId: text('grant_id')
      .notNull()
      .references(() => oauthGrant.id, { onDelete: 'cascade' }),
    clientId: text('client_id').notNull(),
    resource: text('resource').notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    absoluteExpiresAt: instant('absolute_expires_at').notNull(),
    rotatedAt: instant('rotated_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [
    index('oauth_refresh_family').on(table.familyId),
    index('oauth_refresh_grant').on(table.grantId),
    index('oauth_refresh_expires').on(table.expiresAt),
  ],
);

export const oauthSigningKey = pgTable('oauth_signing_key', {
  kid: text('kid').primaryKey(),
  algorithm: text('algorithm').notNull(),
  publicJwk: jsonb('public_jwk').$type<Record<string, unknown>>().notNull(),
  /** The private JWK, sealed with AES-256-GCM. */
  privateJwkSealed: text('private_jwk_sealed').notNull(),
  state: text('state').$type<'next' | 'active' | 'retired'>().notNull(),
  createdAt: createdAt(),
  retireAt: instant('retire_at'),
});

/** Token families that were revoked before their access tokens ran out; read by the gateway until then. */
export const oauthRevokedFamily = pgTable(
  'oauth_revoked_family',
  {
    familyId: text('family_id').primaryKey(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('oauth_revoked_family_expires').on(table.expiresAt)],
);
