import { applySpecEdit, type Spec } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { draftProblems, isDirty, parseSchemaText, toDraft, toSpecEdit } from './spec-draft.ts';

const tool = (name: string): Spec['tools'][number] => ({
  name,
  title: name,
  description: 'Does it.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  annotations: {},
  handler: name,
  hosts: [],
  exampleArguments: {},
});
const spec: Spec = {
  name: 'Two tools',
  description: 'Has two tools.',
  code: 'export const echo = () => 1; export const now = () => 2;',
  tools: [tool('echo'), tool('now')],
  secrets: [],
  allowedHosts: [],
};
const drafts = spec.tools.map(toDraft);

describe('the edit of a previewed spec', () => {
  it('is nothing when nothing was changed', () => {
    expect(toSpecEdit(spec, drafts)).toBeUndefined();
    expect(drafts.some((draft, index) => isDirty(draft, spec.tools[index] ?? tool('x')))).toBe(false);
  });

  it('is accepted by the contract and changes exactly what was edited', () => {
    const schemaText = '{"type": "object", "properties": {}}';
    const edited = drafts.map((draft) => (draft.of === 'now' ? { ...draft, name: 'time', schemaText } : draft));
    const edit = toSpecEdit(spec, edited);
    expect(edit?.tools?.[0]).toEqual({ of: 'echo' });
    const merged = applySpecEdit(spec, edit ?? {});
    expect(merged.tools[0]).toEqual(spec.tools[0]);
    expect(merged.tools[1]).toEqual({
      ...spec.tools[1],
      name: 'time',
      inputSchema: { type: 'object', properties: {} },
    });
  });

  it('says what is wrong with a schema', () => {
    expect(parseSchemaText('{')).toMatchObject({ problem: expect.stringContaining('not valid JSON') });
    expect(parseSchemaText('{"type": "string"}')).toMatchObject({ problem: expect.stringContaining('"object"') });
  });

  it('refuses two tools of one name and empty texts', () => {
    const twice = drafts.map((draft) => ({ ...draft, name: 'same', title: ' ' }));
    expect(twice.map((draft) => draftProblems(draft, twice))).toEqual([
      { name: 'Another tool has this name.', title: 'Enter a title.' },
      { name: 'Another tool has this name.', title: 'Enter a title.' },
    ]);
  });
});
