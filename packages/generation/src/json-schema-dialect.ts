import type { JsonObject } from '@bmm/types';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

let compiled: ValidateFunction | undefined;

/** Compiles the meta-schema once a process: it takes 30 ms, far more than any schema that is held against it. */
export function loadDialect(): ValidateFunction {
  const options = { strict: false, logger: false, validateFormats: false } as const;
  compiled ??= new Ajv2020(options).getSchema(dialect);
  if (compiled === undefined) throw new Error('The JSON Schema 2020-12 meta-schema is missing.');
  return compiled;
}

/** @returns what makes the document something else than a JSON Schema 2020-12 document, or undefined */
export function findDialectProblem(schema: JsonObject, isSchema: ValidateFunction): string | undefined {
  const { $schema } = schema;
  if ($schema !== undefined && $schema !== dialect && $schema !== `${dialect}#`) {
    return `"$schema" is ${JSON.stringify($schema)}, not "${dialect}"`;
  }
  // An asynchronous validator rejects where nobody listens, which ends the process.
  if ('$async' in schema) return '"$async" is not part of it';
  if (isSchema(schema)) return undefined;
  const [first] = isSchema.errors ?? [];
  return `${first?.instancePath || 'it'} ${first?.message ?? 'does not fit the meta-schema'}`;
}
