import type { JsonValue } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { MODEL_OUTPUT_JSON_SCHEMA, readModelOutput, toModelOutput } from './model-output.ts';
import { weatherSpec, withTool } from './testing/weather-spec.ts';

/** Structured outputs take these keywords and no others; a request with another one is refused. */
const supported = ['type', 'description', 'properties', 'required', 'additionalProperties', 'items', 'minItems'];

function visit(schema: Record<string, JsonValue>, seen: (schema: Record<string, JsonValue>) => void): void {
  seen(schema);
  const children = schema.type === 'array' ? [schema.items] : Object.values(schema.properties ?? {});
  for (const child of children) visit(child as Record<string, JsonValue>, seen);
}

describe('the schema sent to the model', () => {
  it('has only what structured outputs accept, closed objects and no optional field', () => {
    let objects = 0;
    visit(JSON.parse(JSON.stringify(MODEL_OUTPUT_JSON_SCHEMA)), (schema) => {
      expect(supported).toEqual(expect.arrayContaining(Object.keys(schema)));
      if (schema.type !== 'object') return;
      objects += 1;
      expect(schema.additionalProperties).toBe(false);
      expect(schema.required).toEqual(Object.keys(schema.properties ?? {}));
    });
    expect(objects).toBe(4);
  });

  it('writes the code last, after the tools that it implements', () => {
    expect(Object.keys(MODEL_OUTPUT_JSON_SCHEMA.properties ?? {}).at(-1)).toBe('code');
  });
});

describe('a spec written as a model writes it', () => {
  it('reads back as the same spec', () => {
    const candidate = (spec: typeof weatherSpec) => readModelOutput(JSON.stringify(toModelOutput(spec)));
    expect(candidate(weatherSpec)).toEqual({ candidate: weatherSpec });
    const { outputSchema: _outputSchema, ...tool } = withTool(weatherSpec, {}).tools[0] ?? {};
    const withoutOutput = { ...weatherSpec, tools: [tool] } as typeof weatherSpec;
    expect(candidate(withoutOutput)).toEqual({ candidate: withoutOutput });
  });

  it('says what is wrong with an answer that cannot be unpacked', () => {
    expect(readModelOutput('Sure, here is')).toEqual({ problem: 'The answer is not JSON.' });
    expect(readModelOutput('[]')).toEqual({ problem: 'The answer is not an object with a list of tools.' });
    expect(readModelOutput('{"tools":[{"inputSchema":"{"}]}')).toEqual({ problem: 'Tool 1: inputSchema is not JSON.' });
  });
});
