import { z } from 'zod';
import { BuildEventSchema, BuildKindSchema, BuildStateSchema } from './build.ts';
import { NAME_CHARS_MAX, PROMPT_CHARS_MAX, SECRET_VALUE_CHARS_MAX, SECRETS_MAX } from './constants.ts';
import { IdSchema } from './ids.ts';
import { SecretNameSchema, SpecSchema, SpecSourceSchema, ToolDefinitionSchema } from './spec.ts';
import { SpecEditSchema } from './spec-edit.ts';
import { isPlainLine, isStorableText } from './storable-text.ts';

/** The REST contract under /v1: what goes in (strict: unknown members are refused) and what comes out. */

const storableText = z.string().refine(isStorableText, 'Remove the characters that are no text, such as NUL.');

export const PromptSchema = storableText
  .trim()
  .min(1, 'Describe what the server should do.')
  .max(PROMPT_CHARS_MAX, `A prompt has at most ${PROMPT_CHARS_MAX.toLocaleString('en')} characters.`);
export const ServerNameSchema = storableText
  .refine(isPlainLine, 'A name has no line breaks and no invisible characters.')
  .trim()
  .min(1, 'Enter a name.')
  .max(NAME_CHARS_MAX, `A name has at most ${NAME_CHARS_MAX} characters.`);
export const SecretValuesSchema = z
  .record(SecretNameSchema, z.string().min(1).max(SECRET_VALUE_CHARS_MAX))
  .refine((values) => Object.keys(values).length <= SECRETS_MAX, `At most ${SECRETS_MAX} secrets.`);

export const PreviewRequestSchema = z.strictObject({ prompt: PromptSchema });
export const PreviewResponseSchema = z.object({
  previewId: IdSchema,
  source: SpecSourceSchema,
  spec: SpecSchema,
  expiresAt: z.iso.datetime(),
});
export type PreviewResponse = z.infer<typeof PreviewResponseSchema>;

export const CreateServerRequestSchema = z
  .strictObject({
    name: ServerNameSchema,
    slug: z.string().max(200),
    previewId: IdSchema.optional(),
    prompt: PromptSchema.optional(),
    secrets: SecretValuesSchema.optional(),
    specEdit: SpecEditSchema.optional(),
    templateId: IdSchema.optional(),
  })
  .refine(
    (input) => (input.previewId === undefined) !== (input.prompt === undefined),
    'Give either a previewId or a prompt.',
  )
  .refine(
    (input) => input.specEdit === undefined || input.previewId !== undefined,
    'A specEdit needs the previewId that it edits.',
  );
export const UpdateServerRequestSchema = z.strictObject({
  name: ServerNameSchema.optional(),
  description: storableText.trim().max(2000).optional(),
  paused: z.boolean().optional(),
});
export const IterateRequestSchema = z.strictObject({ prompt: PromptSchema, secrets: SecretValuesSchema.optional() });

export const SERVER_STATES = ['draft', 'live', 'sleeping', 'paused', 'failed', 'taken_down'] as const;
export const ServerStateSchema = z.enum(SERVER_STATES);
export type ServerState = z.infer<typeof ServerStateSchema>;

export const BuildSummarySchema = z.object({
  id: IdSchema,
  serverId: IdSchema,
  kind: BuildKindSchema,
  state: BuildStateSchema,
  prompt: z.string().nullable(),
  version: z.number().int().nullable(),
  error: z.object({ code: z.string(), title: z.string(), detail: z.string() }).nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type BuildSummary = z.infer<typeof BuildSummarySchema>;
export const BuildResponseSchema = z.object({ build: BuildSummarySchema, events: z.array(BuildEventSchema) });
export type BuildResponse = z.infer<typeof BuildResponseSchema>;

export const ServerSummarySchema = z.object({
  id: IdSchema,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  state: ServerStateSchema,
  mcpUrl: z.string(),
  /** Number of the version that serves now; null before the first one is live. */
  version: z.number().int().nullable(),
  source: SpecSourceSchema.nullable(),
  toolCount: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ServerSummary = z.infer<typeof ServerSummarySchema>;
export const ServerDetailSchema = ServerSummarySchema.extend({
  tools: z.array(ToolDefinitionSchema),
  allowedHosts: z.array(z.string()),
  requiredSecrets: z.array(
    z.object({ name: z.string(), why: z.string(), howToGet: z.string(), host: z.string(), isSet: z.boolean() }),
  ),
});
export type ServerDetail = z.infer<typeof ServerDetailSchema>;

export const ServerListResponseSchema = z.object({ servers: z.array(ServerSummarySchema) });
export const ServerResponseSchema = z.object({ server: ServerDetailSchema, builds: z.array(BuildSummarySchema) });
export type ServerResponse = z.infer<typeof ServerResponseSchema>;
export const CreateServerResponseSchema = z.object({ server: ServerDetailSchema, build: BuildSummarySchema });
export type CreateServerResponse = z.infer<typeof CreateServerResponseSchema>;
export const IterateResponseSchema = z.object({ build: BuildSummarySchema });

export const VersionSchema = z.object({
  version: z.number().int(),
  sha256: z.string(),
  active: z.boolean(),
  toolNames: z.array(z.string()),
  source: SpecSourceSchema,
  createdAt: z.iso.datetime(),
});
export const VersionListResponseSchema = z.object({ versions: z.array(VersionSchema) });
export type VersionListResponse = z.infer<typeof VersionListResponseSchema>;

export const MeResponseSchema = z.object({
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
  organization: z.object({ id: z.string(), name: z.string() }),
});
export type MeResponse = z.infer<typeof MeResponseSchema>;
export const DeleteAccountRequestSchema = z.strictObject({ confirm: z.string().max(320) });

export const API_KEY_SCOPES = ['servers:read', 'servers:write'] as const;
export const ApiKeyScopeSchema = z.enum(API_KEY_SCOPES);
export type ApiKeyScope = z.infer<typeof ApiKeyScopeSchema>;
export const CreateApiKeyRequestSchema = z.strictObject({
  name: ServerNameSchema,
  scopes: z.array(ApiKeyScopeSchema).min(1).optional(),
});
export const ApiKeySchema = z.object({
  id: IdSchema,
  name: z.string(),
  /** The first characters of the key, enough to recognise it. */
  prefix: z.string(),
  scopes: z.array(ApiKeyScopeSchema),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiKey = z.infer<typeof ApiKeySchema>;
export const ApiKeyListResponseSchema = z.object({ apiKeys: z.array(ApiKeySchema) });
export const CreateApiKeyResponseSchema = z.object({ apiKey: ApiKeySchema, key: z.string() });

/** What the consent page shows of a parked authorization request. */
export const ConsentRequestSchema = z.object({
  id: IdSchema,
  client: z.object({ name: z.string(), id: z.string() }),
  redirectHost: z.string(),
  /** The answer goes to a program on the person's own machine, which any local program could be. */
  redirectIsLoopback: z.boolean(),
  server: z.object({ name: z.string(), slug: z.string(), mcpUrl: z.string(), organization: z.string() }),
  scopes: z.array(z.object({ name: z.string(), description: z.string() })),
  user: z.object({ email: z.string() }),
  expiresAt: z.iso.datetime(),
});
export type ConsentRequest = z.infer<typeof ConsentRequestSchema>;
export const ConsentDecisionSchema = z.strictObject({ approve: z.boolean() });
export const ConsentDecisionResponseSchema = z.object({ redirectTo: z.string() });

export const PreviewStreamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('spec'), preview: PreviewResponseSchema }),
  z.object({ type: z.literal('error'), problem: z.looseObject({ code: z.string(), detail: z.string() }) }),
]);
export type PreviewStreamEvent = z.infer<typeof PreviewStreamEventSchema>;
