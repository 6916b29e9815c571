import { describe, expect, it } from 'vitest';
import { compileJsonSchema } from './json-schema-check.ts';
import { checkToolOutput, createOutputChecker } from './output-checker.ts';

describe('compileJsonSchema', () => {
  it('names every problem of a nested value by its path', () => {
    const check = compileJsonSchema({
      type: 'object',
      properties: {
        at: { type: 'object', properties: { 'a/b': { type: 'number' } }, required: ['lat'] },
        unit: { enum: ['c', 'f'] },
      },
    });
    expect(check({ at: { lat: 1 }, unit: 'c' })).toBeUndefined();
    expect(check({ at: { 'a/b': 'x' }, unit: 'k' })).toBe(
      '"at.lat" is required; "at.a/b" must be number; "unit" must be one of ["c","f"]',
    );
  });

  it('stops a regular expression that would block every tenant', () => {
    const check = compileJsonSchema({ type: 'object', properties: { q: { type: 'string', pattern: '^(a+)+$' } } });
    expect(check({ q: 'aaa' })).toBeUndefined();
    const startedAt = performance.now();
    expect(check({ q: `${'a'.repeat(60)}!` })).toBe('it is too complex to check');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(check({ q: 'b' })).toContain('must match pattern');
  });

  it('stops references that double at every step', () => {
    const levels = Array.from({ length: 40 }, (_, n) => {
      const next = { $ref: `#/$defs/l${n + 1}` };
      return [`l${n}`, { allOf: [next, next] }] as const;
    });
    const $defs = Object.fromEntries([...levels, ['l40', { type: 'object' }] as const]);
    const check = compileJsonSchema({ $ref: '#/$defs/l0', $defs });
    const startedAt = performance.now();
    expect(check({})).toBe('it is too complex to check');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('knows formats, any dialect mark and two schemas with one $id', () => {
    const schema = {
      $id: 'https://x.test/s',
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      format: 'email',
    };
    expect(compileJsonSchema(schema)('a@b.example')).toBeUndefined();
    expect(compileJsonSchema(schema)('nobody')).toBe('it must match format "email"');
  });

  it('throws for a schema that refers to what it does not have', () => {
    expect(() => compileJsonSchema({ $ref: '#/$defs/gone' })).toThrow();
    expect(() => compileJsonSchema({ $ref: 'https://elsewhere.test/schema' })).toThrow();
  });
});

describe('checkToolOutput', () => {
  it('accepts everything without an output schema and says what breaks one', () => {
    expect(checkToolOutput({ name: 't' }, 1)).toEqual({ ok: true });
    const check = createOutputChecker({ name: 'now', outputSchema: { type: 'object', required: ['iso'] } });
    expect(check({ iso: '2026' })).toEqual({ ok: true });
    expect(check(undefined)).toEqual({
      ok: false,
      message: 'The tool "now" returned a value that breaks its output schema: it must be object.',
    });
  });
});
