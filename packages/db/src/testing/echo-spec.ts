import type { Spec } from '@bmm/types';

/** The smallest spec that is one. */
export const ECHO_SPEC: Spec = {
  name: 'Echo',
  description: 'Echoes.',
  tools: [
    {
      name: 'echo',
      title: 'Echo',
      description: 'Gives the text back.',
      inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      annotations: { readOnlyHint: true },
      handler: 'echo',
      hosts: [],
      exampleArguments: { text: 'hello' },
    },
  ],
  code: 'export async function echo(args) { return args.text; }',
  secrets: [],
  allowedHosts: [],
};
