import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema.mjs';
import {
  type JsonValue,
  JsonValueSchema,
  RequiredSecretSchema,
  type Spec,
  SpecSchema,
  ToolSpecSchema,
} from '@bmm/types';
import { z } from 'zod';

const jsonText = (what: string) => z.string().describe(`${what}, written as JSON text.`);

/**
 * The spec as a model writes it. Structured outputs know no free-form objects, so schemas and examples travel as JSON
 * text; every field is required, because each optional one multiplies the grammar. `code` stands last: by then the
 * model has decided what the tools are.
 */
const ModelOutputSchema = z.object({
  name: SpecSchema.shape.name,
  description: SpecSchema.shape.description,
  tools: z.array(
    z.object({
      name: ToolSpecSchema.shape.name,
      title: ToolSpecSchema.shape.title,
      description: ToolSpecSchema.shape.description,
      inputSchema: jsonText('JSON Schema 2020-12 of the arguments, with "type": "object"'),
      outputSchema: jsonText(
        'JSON Schema 2020-12 of what the handler returns, with "type": "object"; an empty string when it returns plain text',
      ),
      annotations: z.object({
        readOnlyHint: z.boolean(),
        destructiveHint: z.boolean(),
        idempotentHint: z.boolean(),
        openWorldHint: z.boolean(),
      }),
      handler: ToolSpecSchema.shape.handler,
      hosts: ToolSpecSchema.shape.hosts,
      exampleArguments: jsonText('An object of arguments that fits the input schema and works'),
    }),
  ),
  secrets: z.array(RequiredSecretSchema),
  allowedHosts: SpecSchema.shape.allowedHosts,
  code: SpecSchema.shape.code,
});

/** The schema that is sent along; limits that structured outputs cannot hold stand in its descriptions. */
export const MODEL_OUTPUT_JSON_SCHEMA: Readonly<Record<string, unknown>> = transformJSONSchema(
  z.toJSONSchema(ModelOutputSchema, { io: 'input' }),
);

/** What a model's text says, before any check of its content. */
export type ReadOutput = { readonly candidate: unknown } | { readonly problem: string };

/** Unpacks a model's answer into what should be a spec; the checks of content are the same as for any other spec. */
export function readModelOutput(text: string): ReadOutput {
  const answer = parseJson(text);
  if (answer === undefined) return { problem: 'The answer is not JSON.' };
  const shape = z.looseObject({ tools: z.array(z.looseObject({})) }).safeParse(answer.value);
  if (!shape.success) return { problem: 'The answer is not an object with a list of tools.' };
  const tools: unknown[] = [];
  for (const [index, tool] of shape.data.tools.entries()) {
    const unpacked = unpackTool(tool);
    if ('problem' in unpacked) return { problem: `Tool ${index + 1}: ${unpacked.problem}` };
    tools.push(unpacked.tool);
  }
  return { candidate: { ...shape.data, tools } };
}

function unpackTool(packed: Record<string, unknown>): { readonly tool: unknown } | { readonly problem: string } {
  const tool = { ...packed };
  if (tool.outputSchema === '') delete tool.outputSchema;
  for (const field of ['inputSchema', 'outputSchema', 'exampleArguments']) {
    const value = tool[field];
    if (typeof value !== 'string') continue;
    const parsed = parseJson(value);
    if (parsed === undefined) return { problem: `${field} is not JSON.` };
    tool[field] = parsed.value;
  }
  return { tool };
}

function parseJson(text: string): { readonly value: JsonValue } | undefined {
  try {
    return { value: JsonValueSchema.parse(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** Writes a spec the way a model writes one, so that a change starts from the shape in which it is answered. */
export function toModelOutput(spec: Spec): z.input<typeof ModelOutputSchema> {
  return {
    name: spec.name,
    description: spec.description,
    tools: spec.tools.map((tool) => ({
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: JSON.stringify(tool.inputSchema),
      outputSchema: tool.outputSchema === undefined ? '' : JSON.stringify(tool.outputSchema),
      annotations: statedAnnotations(tool.annotations),
      handler: tool.handler,
      hosts: tool.hosts,
      exampleArguments: JSON.stringify(tool.exampleArguments),
    })),
    secrets: spec.secrets,
    allowedHosts: spec.allowedHosts,
    code: spec.code,
  };
}

/** Unstated hints become what clients assume of them (MCP 2026-07-28, schema, ToolAnnotations). */
function statedAnnotations(annotations: Spec['tools'][number]['annotations']) {
  return {
    readOnlyHint: annotations.readOnlyHint ?? false,
    destructiveHint: annotations.destructiveHint ?? true,
    idempotentHint: annotations.idempotentHint ?? false,
    openWorldHint: annotations.openWorldHint ?? true,
  };
}
