import { describe, expect, it } from 'vitest';
import { toSchemaRows } from './schema-rows.ts';

describe('a schema as rows', () => {
  it('tells type, need, description and limits of each input', () => {
    const rows = toSchemaRows({
      type: 'object',
      required: ['city'],
      properties: {
        city: { type: 'string', description: 'Name of the city.', maxLength: 80 },
        units: { enum: ['metric', 'imperial'], default: 'metric' },
        days: { type: ['integer', 'null'], minimum: 1, maximum: 7 },
      },
    });
    expect(rows).toEqual([
      {
        path: 'city',
        type: 'string',
        required: true,
        description: 'Name of the city.',
        limits: ['at most 80 characters'],
      },
      {
        path: 'units',
        type: 'value',
        required: false,
        description: '',
        limits: ['one of "metric", "imperial"', 'default "metric"'],
      },
      { path: 'days', type: 'integer or null', required: false, description: '', limits: ['at least 1', 'at most 7'] },
    ]);
  });

  it('goes into objects, lists and local references', () => {
    const rows = toSchemaRows({
      type: 'object',
      $defs: { tag: { type: 'object', properties: { name: { type: 'string' } } } },
      properties: {
        filter: { type: 'object', properties: { tags: { type: 'array', items: { $ref: '#/$defs/tag' } } } },
      },
    });
    expect(rows.map((row) => `${row.path}: ${row.type}`)).toEqual([
      'filter: object',
      'filter.tags: list of object',
      'filter.tags[].name: string',
    ]);
  });

  it('ends on a schema that refers to itself', () => {
    const rows = toSchemaRows({ type: 'object', properties: { next: { $ref: '#' } } });
    expect(rows.length).toBeLessThan(10);
  });
});
