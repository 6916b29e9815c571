import type { z } from 'zod';
import { SCHEMA_BYTES_MAX, SCHEMA_DEPTH_MAX } from './constants.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { JsonObjectSchema } from './json.ts';

function depthOf(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** The size of a value as JSON text in UTF-8. */
export const byteLength = (value: JsonValue): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** References may only point into the same schema: a validator must never fetch (MCP 2026-07-28, basic, `$ref` resolution). */
function hasForeignRef(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasForeignRef);
  return Object.entries(value).some(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? !child.startsWith('#') : hasForeignRef(child),
  );
}

/** A JSON Schema 2020-12 document of bounded size and depth, without references to the outside. */
export const JsonSchemaDocument: z.ZodType<JsonObject> = JsonObjectSchema.check((ctx) => {
  const schema = ctx.value;
  const problem =
    byteLength(schema) > SCHEMA_BYTES_MAX
      ? `A schema has at most ${SCHEMA_BYTES_MAX / 1024} kB.`
      : depthOf(schema) > SCHEMA_DEPTH_MAX
        ? `A schema nests at most ${SCHEMA_DEPTH_MAX} levels deep.`
        : hasForeignRef(schema)
          ? 'A schema may only refer to its own parts.'
          : undefined;
  if (problem !== undefined) ctx.issues.push({ code: 'custom', message: problem, input: schema });
});

/** The schema of a tool's arguments: always an object (MCP 2026-07-28, server/tools). */
export const ToolInputSchema: z.ZodType<JsonObject> = JsonSchemaDocument.check((ctx) => {
  if (ctx.value.type !== 'object')
    ctx.issues.push({ code: 'custom', message: 'The input schema must have "type": "object".', input: ctx.value });
});
