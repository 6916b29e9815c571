import { findLivePreview, insertBuild, insertServer, isSlugReserved, listSecretNames, type PreviewRow } from '@bmm/db';
import { checkSpec } from '@bmm/generation';
import {
  AppError,
  applySpecEdit,
  CreateServerRequestSchema,
  type CreateServerResponse,
  parseInput,
  slugProblem,
} from '@bmm/types';
import type { z } from 'zod';
import { toBuildSummary } from '../builds/to-build.ts';
import { type Ctx, requireScope } from '../context.ts';
import { enqueueBuild } from '../publish.ts';
import { recordAudit } from '../record-audit.ts';
import { storeSecrets } from './store-secrets.ts';
import { toServerDetail } from './to-server.ts';

type Input = z.infer<typeof CreateServerRequestSchema>;

/**
 * Creates a server and its first build, from a preview (the model is not asked again) or from a prompt.
 * @throws AppError `slug_invalid`, `slug_taken`, `preview_expired`, `tool_count_mismatch`, `spec_invalid`,
 *   `spec_edit_forbidden_on_fork`, `fork_ref_expired`, `validation_failed`
 */
export async function createServer(ctx: Ctx, raw: unknown): Promise<CreateServerResponse> {
  requireScope(ctx, 'servers:write');
  const input = parseInput(CreateServerRequestSchema, raw);
  assertNoForgedFork(input);
  const problem = slugProblem(input.slug);
  if (problem !== undefined) throw new AppError('slug_invalid', problem);
  if (await isSlugReserved(ctx.db, input.slug))
    throw new AppError('slug_taken', `The slug "${input.slug}" is taken. Choose another one.`);
  const preview = input.previewId === undefined ? undefined : await getPreview(ctx, input.previewId);
  const spec =
    preview &&
    (input.specEdit === undefined ? preview.spec : await checkSpec(applySpecEdit(preview.spec, input.specEdit)));
  if (spec !== undefined) assertDeclared(input.secrets ?? {}, spec.secrets);

  const created = await ctx.db.transaction(async (tx) => {
    const server = await insertServer(tx, {
      orgId: ctx.org.id,
      createdBy: ctx.actor.userId,
      name: input.name,
      slug: input.slug,
      description: spec?.description ?? '',
    });
    await storeSecrets(tx, ctx, server.id, input.secrets ?? {});
    const build = await insertBuild(tx, {
      orgId: ctx.org.id,
      serverId: server.id,
      kind: 'create',
      prompt: preview?.prompt ?? input.prompt ?? null,
      ...(preview && spec ? { spec, source: preview.source } : {}),
    });
    await recordAudit(tx, ctx, {
      action: 'server.create',
      resourceType: 'server',
      resourceId: server.id,
      metadata: { slug: server.slug },
    });
    return { server, build, secretNames: await listSecretNames(tx, ctx.org.id, server.id) };
  });
  await enqueueBuild(ctx, created.build.id);
  return {
    server: toServerDetail(ctx.urls, created.server, null, created.secretNames),
    build: toBuildSummary(created.build, null),
  };
}

/** A fork's reference is proved by what the platform wrote when it was forked; nothing issues one yet, so none is believed. */
function assertNoForgedFork(input: Input): void {
  if (input.templateId === undefined) return;
  if (input.specEdit !== undefined) {
    throw new AppError(
      'spec_edit_forbidden_on_fork',
      'A fork starts with the exact version of its template. Create it first, then change it with Iterate.',
    );
  }
  throw new AppError('fork_ref_expired', 'This fork is no longer valid. Open the template and fork it again.');
}

async function getPreview(ctx: Ctx, previewId: string): Promise<PreviewRow> {
  const preview = await findLivePreview(ctx.db, ctx.org.id, previewId);
  if (preview === undefined)
    throw new AppError('preview_expired', 'This preview is no longer there. Generate it again from the same prompt.');
  return preview;
}

function assertDeclared(secrets: Readonly<Record<string, string>>, required: readonly { name: string }[]): void {
  const unknown = Object.keys(secrets).find((name) => !required.some((secret) => secret.name === name));
  if (unknown !== undefined)
    throw new AppError('validation_failed', `The server does not ask for a secret named ${unknown}.`);
}
