import { describe, expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { type Spec, SpecSchema } from './spec.ts';
import { applySpecEdit } from './spec-edit.ts';

const tool = (name: string): Spec['tools'][number] => ({
  name,
  title: name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object', properties: {} },
  annotations: {},
  handler: name,
  hosts: [],
  exampleArguments: {},
});
const spec: Spec = {
  name: 'Two tools',
  description: 'Does two things.',
  tools: [tool('one'), tool('two')],
  code: 'export const one = () => 1, two = () => 2;',
  secrets: [],
  allowedHosts: [],
};
const problemsOf = (value: unknown) => SpecSchema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

describe('a spec', () => {
  test('with characters that the database cannot keep, in a text or a name, is refused', () => {
    expect(problemsOf({ ...spec, code: 'export const one = "\0"' })).toHaveLength(1);
    expect(problemsOf({ ...spec, tools: [{ ...tool('one'), exampleArguments: { '\ud800': 1 } }] })).toHaveLength(1);
    expect(
      problemsOf({ ...spec, description: 'Whole pairs such as 😀 and the six characters \\u0000 are text.' }),
    ).toEqual([]);
  });

  test('that is complete is valid', () => {
    expect(problemsOf(spec)).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['two tools of one name', { tools: [tool('one'), tool('one')] }, /twice/],
    ['a host that is not allowed', { tools: [{ ...tool('one'), hosts: ['api.example.com'] }] }, /api\.example\.com/],
    ['an address as a host', { allowedHosts: ['127.0.0.1'] }, /host looks like/],
    ['a host with a port', { allowedHosts: ['api.example.com:8080'] }, /host looks like/],
    ['everything as a host', { allowedHosts: ['*'] }, /host looks like/],
    ['a wildcard over a top-level domain', { allowedHosts: ['*.com'] }, /host looks like/],
    ['a tool name with a space', { tools: [tool('a b')] }, /tool name/],
    [
      'a reference to another document',
      {
        tools: [
          { ...tool('one'), inputSchema: { type: 'object', properties: { a: { $ref: 'https://example.com/a' } } } },
        ],
      },
      /own parts/,
    ],
    [
      'a schema of arguments that is no object',
      { tools: [{ ...tool('one'), inputSchema: { type: 'string' } }] },
      /object/,
    ],
    ['no tool', { tools: [] }, /./],
  ])('with %s is refused', (_what, change, message) => {
    expect(problemsOf({ ...spec, ...change }).join('\n')).toMatch(message);
  });
});

describe('an edit', () => {
  test('changes what may change and keeps every implementation', () => {
    const edited = applySpecEdit(spec, { name: 'Renamed', tools: [{ name: 'first', description: 'Is first.' }, {}] });
    expect(edited).toMatchObject({ name: 'Renamed', code: spec.code });
    expect(edited.tools[0]).toMatchObject({ name: 'first', description: 'Is first.', handler: 'one' });
    expect(edited.tools[1]).toEqual(spec.tools[1]);
  });

  test('that names its tools may come in any order', () => {
    const edited = applySpecEdit(spec, { tools: [{ of: 'two', title: 'Second' }, { of: 'one' }] });
    expect(edited.tools.map((entry) => entry.title)).toEqual(['one', 'Second']);
  });

  test('may repeat what it cannot change', () => {
    expect(applySpecEdit(spec, { ...spec, tools: spec.tools.map((entry) => ({ ...entry })) })).toEqual(spec);
  });

  test.each<[string, Parameters<typeof applySpecEdit>[1], string]>([
    ['of another number of tools', { tools: [{}] }, 'tool_count_mismatch'],
    ['that names one tool twice', { tools: [{ of: 'one' }, { of: 'one' }] }, 'tool_count_mismatch'],
    ['that names an unknown tool', { tools: [{ of: 'one' }, { of: 'three' }] }, 'tool_count_mismatch'],
    ['of an implementation', { tools: [{ handler: 'two' }, {}] }, 'validation_failed'],
    ['of the code', { code: 'export {}' }, 'validation_failed'],
    ['of the hosts', { allowedHosts: ['evil.example'] }, 'validation_failed'],
    ['that makes two names equal', { tools: [{ name: 'two' }, {}] }, 'spec_invalid'],
  ])('%s is refused', (_what, edit, code) => {
    const error = (() => {
      try {
        return applySpecEdit(spec, edit);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code });
  });
});
