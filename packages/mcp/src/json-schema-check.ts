// Threat: schemas are written by tenants and values by strangers, and both meet in a process that all tenants share.
// `^(a+)+$` against 30 letters takes minutes, and `$ref`s that double at each step take 2^n steps. What can take more
// than linear time is therefore run against a clock, and a schema can never make us fetch anything.
import type { JsonObject } from '@bmm/types';
import { addFormats } from '@modelcontextprotocol/server/validators/ajv';
import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { runWithin, TimeUpError } from './bounded-run.ts';
import { COMPILE_TIMEOUT_MS, PROBLEMS_MAX, VALIDATION_TIMEOUT_MS } from './constants.ts';

/** What is wrong with a value, as one phrase such as `"text" is required; "count" must be integer`; undefined when it fits. */
export type JsonSchemaCheck = (value: unknown) => string | undefined;

/** Keywords whose cost is not bounded by the size of value and schema together. */
const COSTLY_KEYWORDS = new Set(['pattern', 'patternProperties', 'uniqueItems', '$ref', '$dynamicRef', 'format']);

/**
 * Compiles one JSON Schema (2020-12) once, for many checks. Blocks the process for up to COMPILE_TIMEOUT_MS.
 * @throws TimeUpError when that takes too long, Error when the schema itself is not usable
 */
export function compileJsonSchema(schema: JsonObject): JsonSchemaCheck {
  const validate = runWithin(COMPILE_TIMEOUT_MS, () => {
    // An engine of its own: engines remember every schema, two schemas with one `$id` collide in one engine, and what
    // the clock has stopped in the middle is not to be used again.
    const engine = new Ajv2020({ strict: false, validateSchema: false, meta: false, allErrors: true, logger: false });
    addFormats(engine as never);
    return engine.compile(schema);
  });
  if ('$async' in validate) throw new Error('Asynchronous schemas are not supported.');
  const run = () => (validate(value.current) ? undefined : describeErrors(validate.errors ?? []));
  const value: { current: unknown } = { current: undefined };
  const check = hasCostlyKeyword(schema) ? () => runWithin(VALIDATION_TIMEOUT_MS, run) : run;
  return (candidate) => {
    value.current = candidate;
    try {
      return check();
    } catch (error) {
      if (error instanceof TimeUpError) return 'it is too complex to check';
      if (error instanceof RangeError) return 'it nests too deeply';
      throw error;
    } finally {
      value.current = undefined;
    }
  };
}

function hasCostlyKeyword(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).some(([key, child]) => COSTLY_KEYWORDS.has(key) || hasCostlyKeyword(child));
}

function describeErrors(errors: readonly ErrorObject[]): string {
  const phrases = [...new Set(errors.map(describeError))];
  return phrases.slice(0, PROBLEMS_MAX).join('; ') || 'it does not fit';
}

function describeError({ instancePath, keyword, params, message }: ErrorObject): string {
  const path = instancePath.split('/').slice(1).map(decodePointerPart);
  const at = (name: string) => `"${[...path, name].join('.')}"`;
  const where = path.length === 0 ? 'it' : `"${path.join('.')}"`;
  switch (keyword) {
    case 'required':
      return `${at(String(params.missingProperty))} is required`;
    case 'additionalProperties':
      return `${at(String(params.additionalProperty))} is not known`;
    case 'unevaluatedProperties':
      return `${at(String(params.unevaluatedProperty))} is not known`;
    case 'enum':
      return `${where} must be one of ${JSON.stringify(params.allowedValues).slice(0, 500)}`;
    case 'const':
      return `${where} must be ${JSON.stringify(params.allowedValue).slice(0, 500)}`;
    default:
      return `${where} ${message ?? 'does not fit'}`;
  }
}

const decodePointerPart = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
