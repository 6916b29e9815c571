import type { BuildKind, BuildState, ErrorCode, NewBuildEvent, Spec, SpecSource } from '@bmm/types';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { organization } from './auth.ts';
import { createdAt, instant } from './columns.ts';
import { server, serverVersion } from './servers.ts';

export const build = pgTable(
  'build',
  {
    id: text('id').primaryKey(),
    orgId: text('org_id')
      .notNull()
      .references(() => organization.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => server.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<BuildKind>().notNull(),
    state: text('state').$type<BuildState>().notNull().default('queued'),
    prompt: text('prompt'),
    /** Set from the start when a preview is built; else by the generating stage, so that a takeover never asks the model again. */
    spec: jsonb('spec').$type<Spec>(),
    source: text('source').$type<SpecSource>(),
    baseVersionId: text('base_version_id').references(() => serverVersion.id, { onDelete: 'set null' }),
    versionId: text('version_id').references(() => serverVersion.id, { onDelete: 'set null' }),
    errorCode: text('error_code').$type<ErrorCode>(),
    errorDetail: text('error_detail'),
    cancelRequestedAt: instant('cancel_requested_at'),
    /** The worker that owns the build now, until its lease runs out; every write of a worker is fenced by it. */
    leaseToken: text('lease_token'),
    leaseExpiresAt: instant('lease_expires_at'),
    attempt: integer('attempt').notNull().default(0),
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
  },
  (table) => [
    index('build_server').on(table.serverId, table.createdAt),
    index('build_state').on(table.state, table.leaseExpiresAt),
  ],
);

export const buildEvent = pgTable(
  'build_event',
  {
    buildId: text('build_id')
      .notNull()
      .references(() => build.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    at: instant('at').notNull().defaultNow(),
    event: jsonb('event').$type<NewBuildEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.buildId, table.seq] })],
);
