import type { ServerState, Spec, SpecSource } from '@bmm/types';
import { type AnyPgColumn, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { organization, user } from './auth.ts';
import { createdAt, instant, updatedAt } from './columns.ts';

/** Every slug that was ever given away. A row outlives its server, so that nobody inherits a dead server's audience. */
export const slugReservation = pgTable('slug_reservation', {
  slug: text('slug').primaryKey(),
  reservedAt: instant('reserved_at').notNull().defaultNow(),
});

export const server = pgTable(
  'server',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    createdBy: text('created_by').references(() => user.id, { onDelete: 'set null' }),
    name: text('name').notNull(),
    slug: text('slug').notNull().unique(),
    description: text('description').notNull().default(''),
    state: text('state').$type<ServerState>().notNull().default('draft'),
    activeVersionId: text('active_version_id').references((): AnyPgColumn => serverVersion.id, {
      onDelete: 'set null',
    }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [index('server_org').on(table.orgId, table.createdAt)],
);

/** An immutable build of a spec: a trigger refuses every update. */
export const serverVersion = pgTable(
  'server_version',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references((): AnyPgColumn => server.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    bundleSha256: text('bundle_sha256').notNull(),
    bundle: text('bundle').notNull(),
    spec: jsonb('spec').$type<Spec>().notNull(),
    source: text('source').$type<SpecSource>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex('server_version_number').on(table.serverId, table.number)],
);

export const preview = pgTable(
  'preview',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    prompt: text('prompt').notNull(),
    source: text('source').$type<SpecSource>().notNull(),
    spec: jsonb('spec').$type<Spec>().notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('preview_expires').on(table.expiresAt), index('preview_org').on(table.orgId)],
);

/** Write-only values, sealed with AES-256-GCM; `key_id` names the key that sealed the row. */
export const serverSecret = pgTable(
  'server_secret',
  {
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => server.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    keyId: text('key_id').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.name] })],
);
