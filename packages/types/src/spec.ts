import { z } from 'zod';
import {
  CODE_BYTES_MAX,
  DESCRIPTION_CHARS_MAX,
  NAME_CHARS_MAX,
  SCHEMAS_BYTES_MAX,
  SECRETS_MAX,
  TOOL_NAME_CHARS_MAX,
  TOOLS_MAX,
} from './constants.ts';
import { JsonObjectSchema } from './json.ts';
import { isStorableJson } from './storable-text.ts';
import { byteLength, JsonSchemaDocument, ToolInputSchema } from './tool-schema.ts';

export const ToolNameSchema = z
  .string()
  .min(1)
  .max(TOOL_NAME_CHARS_MAX)
  .regex(/^[A-Za-z0-9_.-]+$/, 'A tool name has only letters, digits, "_", "." and "-".');

/** An exact host or `*.host` for one label; never an address, a port or a URL. */
export const HostPatternSchema = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'A host looks like api.example.com or *.example.com.',
  );

export const SecretNameSchema = z
  .string()
  .max(64)
  .regex(/^[A-Z][A-Z0-9_]*$/, 'A secret is named like API_KEY.');

export const ToolAnnotationsSchema = z.object({
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
});

/** What a client and its model see of a tool. */
export const ToolDefinitionSchema = z.object({
  name: ToolNameSchema,
  title: z.string().min(1).max(NAME_CHARS_MAX),
  description: z.string().min(1).max(DESCRIPTION_CHARS_MAX),
  inputSchema: ToolInputSchema,
  outputSchema: JsonSchemaDocument.optional(),
  annotations: ToolAnnotationsSchema,
});
export type ToolDefinition = z.infer<typeof ToolDefinitionSchema>;

export const ToolSpecSchema = ToolDefinitionSchema.extend({
  /** The tool's implementation: the name of the function that the spec's module exports. */
  handler: z
    .string()
    .max(64)
    .regex(/^[A-Za-z_$][A-Za-z0-9_$]*$/, 'A handler is the name of an exported function.'),
  /** Hosts this tool talks to; a tool without any is called once before the version goes live. */
  hosts: z.array(HostPatternSchema).max(50),
  exampleArguments: JsonObjectSchema,
});
export type ToolSpec = z.infer<typeof ToolSpecSchema>;

export const RequiredSecretSchema = z.object({
  name: SecretNameSchema,
  why: z.string().min(1).max(500),
  howToGet: z.string().min(1).max(1000),
  /** The only host that the value is ever sent to. */
  host: HostPatternSchema,
});
export type RequiredSecret = z.infer<typeof RequiredSecretSchema>;

const SpecShape = z.object({
  name: z.string().trim().min(1).max(NAME_CHARS_MAX),
  description: z.string().trim().min(1).max(DESCRIPTION_CHARS_MAX),
  tools: z.array(ToolSpecSchema).min(1).max(TOOLS_MAX),
  /** One ES module without imports that exports a function `(args, ctx)` for each handler. */
  code: z.string().min(1).max(CODE_BYTES_MAX),
  secrets: z.array(RequiredSecretSchema).max(SECRETS_MAX),
  allowedHosts: z.array(HostPatternSchema).max(100),
});

/** What a server is. Everything that is stored, built or shown of a server is derived from a value of this shape. */
export const SpecSchema = SpecShape.superRefine((spec, ctx) => {
  if (!isStorableJson(spec))
    ctx.addIssue({ code: 'custom', message: 'It contains characters that are no text, such as NUL.' });
  const schemasBytes = spec.tools.reduce((bytes, tool) => bytes + bytesOfSchemas(tool), 0);
  if (schemasBytes > SCHEMAS_BYTES_MAX)
    ctx.addIssue({
      code: 'custom',
      path: ['tools'],
      message: `The schemas of all tools together have at most ${SCHEMAS_BYTES_MAX / 1024} kB.`,
    });
  for (const [what, names] of [
    ['tools', spec.tools.map((tool) => tool.name)],
    ['secrets', spec.secrets.map((secret) => secret.name)],
  ] as const) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      ctx.addIssue({ code: 'custom', path: [what], message: `"${twice}" stands twice; names are unique.` });
  }
  const undeclared = spec.tools.flatMap((tool) => tool.hosts).find((host) => !spec.allowedHosts.includes(host));
  if (undeclared !== undefined)
    ctx.addIssue({
      code: 'custom',
      path: ['allowedHosts'],
      message: `A tool uses ${undeclared}, which is not among the allowed hosts.`,
    });
});
export type Spec = z.infer<typeof SpecSchema>;

function bytesOfSchemas({ inputSchema, outputSchema }: ToolSpec): number {
  return byteLength(inputSchema) + (outputSchema === undefined ? 0 : byteLength(outputSchema));
}

export const SpecSourceSchema = z.enum(['model', 'mock']);
export type SpecSource = z.infer<typeof SpecSourceSchema>;
