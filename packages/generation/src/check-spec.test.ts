import { AppError, CODE_BYTES_MAX, type ErrorCode, type JsonObject, SCHEMA_BYTES_MAX } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { checkSpec } from './check-spec.ts';
import { SCHEMA_CHECK_MS_MAX } from './constants.ts';
import { weatherSpec, withTool } from './testing/weather-spec.ts';

async function problemOf(spec: unknown): Promise<{ code: ErrorCode; detail: string; fields: unknown }> {
  try {
    await checkSpec(spec);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, detail: error.detail, fields: error.extensions.fields };
  }
  throw new Error('The spec passed.');
}

const withInput = (inputSchema: JsonObject, exampleArguments: JsonObject = {}) =>
  withTool(weatherSpec, { inputSchema, exampleArguments });

describe('checkSpec', () => {
  it('gives back a valid spec and drops fields that no spec has', async () => {
    expect(await checkSpec({ ...weatherSpec, isAdmin: true })).toEqual(weatherSpec);
  });

  it('names the tool and the field of a wrong shape', async () => {
    const problem = await problemOf(withTool(weatherSpec, { title: '' }));
    expect(problem.code).toBe('spec_invalid');
    expect(problem.detail).toMatch(/^Tool "get_weather": title: /);
    expect(problem.fields).toMatchObject([{ path: 'tools.0.title' }]);
  });

  it('refuses what is no spec at all', async () => {
    for (const nonsense of [undefined, null, 7, 'spec', [], {}])
      expect((await problemOf(nonsense)).code).toBe('spec_invalid');
  });

  it('refuses example arguments that do not fit, and says which tool and what', async () => {
    const problem = await problemOf(withTool(weatherSpec, { exampleArguments: { city: 3 } }));
    expect(problem.code).toBe('spec_invalid');
    expect(problem.detail).toBe(
      'Tool "get_weather": the example arguments do not fit the input schema: /city must be string.',
    );
  });

  it('refuses a schema that is not JSON Schema 2020-12', async () => {
    const problem = await problemOf(withInput({ type: 'object', properties: { a: { type: 'strng' } } }));
    expect(problem.detail).toMatch(/^Tool "get_weather": the input schema is not valid JSON Schema 2020-12: /);
    const output = await problemOf(withTool(weatherSpec, { outputSchema: { type: 'object', required: 'celsius' } }));
    expect(output.detail).toMatch(/^Tool "get_weather": the output schema is not valid/);
    const old = await problemOf(withInput({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }));
    expect(old.detail).toMatch(/draft-07/);
  });

  it('refuses references to the outside, by $ref as by $dynamicRef', async () => {
    const problem = await problemOf(
      withInput({ type: 'object', properties: { a: { $ref: 'https://example.com/a.json' } } }),
    );
    expect(problem.detail).toContain('only refer to its own parts');
    const dynamic = await problemOf(
      withInput({ type: 'object', allOf: [{ $dynamicRef: 'https://example.com/a.json#x' }] }),
    );
    expect(dynamic.code).toBe('spec_invalid');
  });

  it('refuses an asynchronous schema, whose rejection nobody would catch', async () => {
    expect((await problemOf(withInput({ type: 'object', $async: true, required: ['a'] }))).detail).toContain('$async');
  });

  it('lets two tools use the same $id, and ignores formats that it does not know', async () => {
    const inputSchema = { $id: 'arguments', type: 'object', properties: { id: { type: 'string', format: 'ulid' } } };
    const first = withTool(weatherSpec, { inputSchema, exampleArguments: { id: '1' } }).tools;
    const second = first.map((tool) => ({ ...tool, name: 'other' }));
    expect((await checkSpec({ ...weatherSpec, tools: [...first, ...second] })).tools).toHaveLength(2);
  });

  it('knows recursive schemas, and keeps those of two tools apart', async () => {
    const inputSchema = { type: 'object', properties: { child: { $ref: '#' } }, additionalProperties: false };
    expect((await checkSpec(withInput(inputSchema, { child: { child: {} } }))).tools).toHaveLength(1);
    expect((await problemOf(withInput(inputSchema, { child: { kid: {} } }))).detail).toContain('/child must NOT have');
    const [tool] = withInput({ $id: 'https://example.com/shared', type: 'object' }).tools;
    const other = { ...tool, name: 'other', inputSchema: { type: 'object', allOf: [{ $dynamicRef: 'shared' }] } };
    expect((await problemOf({ ...weatherSpec, tools: [tool, other] })).detail).toMatch(/^Tool "other"/);
  });

  it('stops a pattern that backtracks for ever', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    const startedAt = performance.now();
    expect((await problemOf(withInput(schema, { a: `${'a'.repeat(60)}!` }))).detail).toContain('takes too long');
    expect(performance.now() - startedAt).toBeLessThan(SCHEMA_CHECK_MS_MAX * 2);
  });

  it('keeps the process free while it checks schemas that take long', async () => {
    const anyOf = Array.from({ length: 300 }, (_, n) => ({ properties: { [`p${n}`]: { minLength: n } } }));
    const inputSchema = { type: 'object', properties: { a: { anyOf } } };
    const tools = Array.from({ length: 16 }, (_, n) => ({ ...weatherSpec.tools[0], name: `t${n}`, inputSchema }));
    await checkSpec(weatherSpec);
    let lastTickAt = performance.now();
    let longestGapMs = 0;
    const tick = () => {
      longestGapMs = Math.max(longestGapMs, performance.now() - lastTickAt);
      lastTickAt = performance.now();
    };
    const timer = setInterval(tick, 5);
    const startedAt = performance.now();
    await checkSpec({ ...weatherSpec, tools }).catch(() => undefined);
    tick();
    clearInterval(timer);
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(300);
    expect(longestGapMs).toBeLessThan(tookMs / 2);
  });

  it('answers a spec that is quick to check while another one takes until its time is up', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    let isSlowDone = false;
    const slow = problemOf(withInput(schema, { a: `${'a'.repeat(60)}!` })).then(() => {
      isSlowDone = true;
    });
    await checkSpec(weatherSpec);
    expect(isSlowDone).toBe(false);
    await slow;
  });

  it('refuses one schema or all schemas together that are too large to compile', async () => {
    const enumOf = (bytes: number) => ({ type: 'object', properties: { a: { enum: ['é'.repeat(bytes / 2)] } } });
    expect((await problemOf(withInput(enumOf(SCHEMA_BYTES_MAX)))).detail).toContain('at most 32 kB');
    const tool = { ...weatherSpec.tools[0], inputSchema: enumOf(SCHEMA_BYTES_MAX - 200) };
    const tools = Array.from({ length: 9 }, (_, n) => ({ ...tool, name: `t${n}` }));
    expect((await problemOf({ ...weatherSpec, tools })).detail).toContain('together have at most 256 kB');
  });

  it('stops references that multiply, and those that never end', async () => {
    const $defs: JsonObject = { d50: { type: 'object' } };
    for (let i = 0; i < 50; i += 1) {
      $defs[`d${i}`] = { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] };
    }
    expect((await problemOf(withInput({ type: 'object', $defs, $ref: '#/$defs/d0' }))).detail).toContain(
      'takes too long',
    );
    expect((await problemOf(withInput({ type: 'object', $ref: '#' }))).detail).toContain('without end');
  });

  it('refuses a spec or code that is too large, counted in bytes', async () => {
    const big = await problemOf({ ...weatherSpec, code: 'é'.repeat(CODE_BYTES_MAX / 2 + 1) });
    expect(big).toMatchObject({ code: 'spec_too_large', fields: [{ path: 'code' }] });
    expect(big.detail).toMatch(/^The code has 513 kB; 512 kB are allowed\./);
    expect((await problemOf({ ...weatherSpec, extra: 'x'.repeat(1024 * 1024) })).code).toBe('spec_too_large');
  });

  it('refuses what contains itself or nests beyond the stack, instead of breaking', async () => {
    const circular: Record<string, unknown> = { ...weatherSpec };
    circular.self = circular;
    expect((await problemOf(circular)).detail).toContain('nests too deeply');
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
    expect((await problemOf({ ...weatherSpec, tools: [{ ...weatherSpec.tools[0], inputSchema: deep }] })).code).toBe(
      'spec_invalid',
    );
  });
});
