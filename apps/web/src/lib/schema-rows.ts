import type { JsonObject, JsonValue } from '@bmm/types';

export interface SchemaRow {
  /** Where the value stands, such as `filter.tags[]`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** Limits and choices, such as `one of "a", "b"` or `at most 100`. */
  readonly limits: readonly string[];
}

/** Deeper parts are rare and stand in the schema itself. */
const DEPTH_MAX = 3;

/** The inputs of a tool as the rows of a table. */
export function toSchemaRows(schema: JsonObject): readonly SchemaRow[] {
  return rowsOf(schema, schema, '', 0);
}

function rowsOf(root: JsonObject, schema: JsonObject, prefix: string, depth: number): SchemaRow[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asObject(schema.properties)).flatMap(([name, child]) => {
    const part = resolve(root, asObject(child));
    const path = `${prefix}${name}`;
    const row: SchemaRow = {
      path,
      type: typeOf(root, part),
      required: required.includes(name),
      description: typeof part.description === 'string' ? part.description : '',
      limits: limitsOf(part),
    };
    if (depth >= DEPTH_MAX) return [row];
    const items = resolve(root, asObject(part.items));
    return [row, ...rowsOf(root, part, `${path}.`, depth + 1), ...rowsOf(root, items, `${path}[].`, depth + 1)];
  });
}

function typeOf(root: JsonObject, schema: JsonObject): string {
  const { type } = schema;
  if (type === 'array') return `list of ${typeOf(root, resolve(root, asObject(schema.items)))}`;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices))
    return [...new Set(choices.map((choice) => typeOf(root, resolve(root, asObject(choice)))))].join(' or ');
  if (schema.const !== undefined || schema.enum !== undefined) return 'value';
  return 'any';
}

function limitsOf(schema: JsonObject): readonly string[] {
  const limits: string[] = [];
  if (Array.isArray(schema.enum)) limits.push(`one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`);
  if (schema.const !== undefined) limits.push(`always ${JSON.stringify(schema.const)}`);
  if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
  for (const [key, words] of LIMIT_WORDS) {
    const value = schema[key];
    if (typeof value === 'number' || typeof value === 'string') limits.push(words.replace('%', String(value)));
  }
  return limits;
}

const LIMIT_WORDS = [
  ['format', '%'],
  ['pattern', 'matches %'],
  ['minimum', 'at least %'],
  ['maximum', 'at most %'],
  ['exclusiveMinimum', 'more than %'],
  ['exclusiveMaximum', 'less than %'],
  ['minLength', 'at least % characters'],
  ['maxLength', 'at most % characters'],
  ['minItems', 'at least % items'],
  ['maxItems', 'at most % items'],
] as const;

/** Follows one local reference; anything else stays as it is. */
function resolve(root: JsonObject, schema: JsonObject): JsonObject {
  const { $ref } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return schema;
  const target = $ref
    .slice(2)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>((value, segment) => asObject(value)[segment], root);
  return { ...asObject(target), ...schema };
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
