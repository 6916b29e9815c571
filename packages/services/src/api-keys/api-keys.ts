import { createHash, randomBytes } from 'node:crypto';
import {
  type ApiKeyRow,
  deleteApiKeyInOrg,
  findApiKeyByHash,
  insertApiKey,
  isMember,
  listApiKeysInOrg,
  touchApiKey,
} from '@bmm/db';
import { API_KEY_SCOPES, type ApiKey, AppError, CreateApiKeyRequestSchema, parseInput } from '@bmm/types';
import type { Ctx, ServiceDeps } from '../context.ts';
import { recordAudit } from '../record-audit.ts';

const PREFIX = 'bmm_';
const KEY_PATTERN = /^bmm_[A-Za-z0-9_-]{43}$/;
const SHOWN_CHARS = 8;

/** 256 random bits need no salt and no slow hash: they cannot be guessed from their digest. */
const hashOf = (key: string): string => createHash('sha256').update(key).digest('base64url');

/** Creates a key; it is shown once, in this answer. */
export async function createApiKey(ctx: Ctx, raw: unknown): Promise<{ apiKey: ApiKey; key: string }> {
  assertPerson(ctx);
  const input = parseInput(CreateApiKeyRequestSchema, raw);
  const key = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const row = await ctx.db.transaction(async (tx) => {
    const inserted = await insertApiKey(tx, {
      orgId: ctx.org.id,
      userId: ctx.actor.userId,
      name: input.name,
      prefix: key.slice(0, SHOWN_CHARS),
      hash: hashOf(key),
      scopes: input.scopes ?? [...API_KEY_SCOPES],
    });
    await recordAudit(tx, ctx, {
      action: 'api_key.create',
      resourceType: 'api_key',
      resourceId: inserted.id,
      metadata: { name: inserted.name },
    });
    return inserted;
  });
  return { apiKey: toApiKey(row), key };
}

export async function listApiKeys(ctx: Ctx): Promise<{ apiKeys: ApiKey[] }> {
  assertPerson(ctx);
  return { apiKeys: (await listApiKeysInOrg(ctx.db, ctx.org.id)).map(toApiKey) };
}

/** @throws AppError `not_found` */
export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  assertPerson(ctx);
  await ctx.db.transaction(async (tx) => {
    const row = await deleteApiKeyInOrg(tx, ctx.org.id, id);
    if (row === undefined) throw new AppError('not_found', 'There is no such API key.');
    await recordAudit(tx, ctx, {
      action: 'api_key.revoke',
      resourceType: 'api_key',
      resourceId: id,
      metadata: { name: row.name },
    });
  });
}

/** The context of a presented key, or undefined when it is not valid (also when its owner left the organisation). */
export async function findApiKeyContext(
  deps: ServiceDeps,
  key: string,
  ip: string | undefined,
): Promise<Ctx | undefined> {
  if (!KEY_PATTERN.test(key)) return undefined;
  const found = await findApiKeyByHash(deps.db, hashOf(key));
  if (found === undefined || !(await isMember(deps.db, found.key.orgId, found.key.userId))) return undefined;
  await touchApiKey(deps.db, found.key.id);
  const actor = { userId: found.key.userId, email: found.email, name: found.name, apiKeyId: found.key.id, ip };
  return { ...deps, org: { id: found.key.orgId, name: found.organizationName }, actor, scopes: found.key.scopes };
}

/** A stolen key must not be able to make itself permanent. */
function assertPerson(ctx: Ctx): void {
  if (ctx.actor.apiKeyId !== undefined)
    throw new AppError('forbidden', 'API keys are managed in the dashboard, not with an API key.');
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
