import type { ApiKeyScope } from '@bmm/types';
import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { organization, user } from './auth.ts';
import { createdAt, instant } from './columns.ts';

export const apiKey = pgTable(
  'api_key',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => user.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull().unique(),
    scopes: jsonb('scopes').$type<ApiKeyScope[]>().notNull(),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('api_key_org').on(table.orgId)],
);

/** Append-only: a trigger refuses updates. */
export const auditEvent = pgTable(
  'audit_event',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    actorUserId: text('actor_user_id'),
    actorApiKeyId: text('actor_api_key_id'),
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id').notNull(),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    ip: text('ip'),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [index('audit_event_org').on(table.orgId, table.at)],
);
