import { insertPreview } from '@bmm/db';
import { checkSpec } from '@bmm/generation';
import { PREVIEW_TTL_MS, PreviewRequestSchema, type PreviewResponse, parseInput } from '@bmm/types';
import { type Ctx, requireScope } from '../context.ts';

export interface CreatePreviewOptions {
  signal: AbortSignal;
  /** Receives the model's text while it comes. */
  onText?: (delta: string) => void;
}

/** Generates a spec from a prompt without building it. @throws AppError of the `model_*` family, `spec_invalid`, `validation_failed` */
export async function createPreview(ctx: Ctx, raw: unknown, options: CreatePreviewOptions): Promise<PreviewResponse> {
  requireScope(ctx, 'servers:write');
  const { prompt } = parseInput(PreviewRequestSchema, raw);
  const spec = await checkSpec(await ctx.specGenerator.generate({ kind: 'create', prompt }, options));
  const row = await insertPreview(ctx.db, {
    orgId: ctx.org.id,
    userId: ctx.actor.userId,
    prompt,
    source: ctx.specGenerator.source,
    spec,
    expiresAt: new Date(Date.now() + PREVIEW_TTL_MS),
  });
  return { previewId: row.id, source: row.source, spec: row.spec, expiresAt: row.expiresAt.toISOString() };
}
