import type { Spec } from '@bmm/types';

const code = `/** Returns the text that it was given. */
export async function echo(args, ctx) {
  return { text: args.text };
}

/** Returns the current time in a time zone, with its offset from UTC. */
export async function now(args, ctx) {
  const timeZone = args.timeZone ?? 'UTC';
  let format;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
  } catch {
    throw new Error('"' + timeZone + '" is not an IANA time zone; use a name such as Europe/Berlin.');
  }
  const part = Object.fromEntries(format.formatToParts(new Date()).map(({ type, value }) => [type, value]));
  const offset = part.timeZoneName.slice('GMT'.length) || '+00:00';
  const date = part.year + '-' + part.month + '-' + part.day;
  return { iso: date + 'T' + part.hour + ':' + part.minute + ':' + part.second + offset, timeZone };
}
`;

const readOnly = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** The one spec that every prompt is answered with where no model key is set. */
export const ECHO_AND_NOW_SPEC: Spec = {
  name: 'Echo and now',
  description:
    'Two tools that need no key and no network: one returns a text, one tells the time. No model key is set, so this server does not depend on the prompt.',
  tools: [
    {
      name: 'echo',
      title: 'Echo a text',
      description: 'Returns the given text unchanged. Use it to check that the connection to this server works.',
      inputSchema: {
        type: 'object',
        properties: { text: { type: 'string', description: 'The text to return.' } },
        required: ['text'],
        additionalProperties: false,
      },
      outputSchema: {
        type: 'object',
        properties: { text: { type: 'string', description: 'The text that was given.' } },
        required: ['text'],
        additionalProperties: false,
      },
      annotations: readOnly,
      handler: 'echo',
      hosts: [],
      exampleArguments: { text: 'Hello' },
    },
    {
      name: 'now',
      title: 'Current time',
      description:
        'Returns the current date and time as ISO 8601 with the offset of the time zone. Without a time zone it answers in UTC.',
      inputSchema: {
        type: 'object',
        properties: {
          timeZone: { type: 'string', description: 'An IANA time zone such as Europe/Berlin. Default: UTC.' },
        },
        additionalProperties: false,
      },
      outputSchema: {
        type: 'object',
        properties: {
          iso: { type: 'string', description: 'Date and time, such as 2026-01-31T09:30:00+01:00.' },
          timeZone: { type: 'string', description: 'The time zone of the answer.' },
        },
        required: ['iso', 'timeZone'],
        additionalProperties: false,
      },
      annotations: readOnly,
      handler: 'now',
      hosts: [],
      exampleArguments: { timeZone: 'Europe/Berlin' },
    },
  ],
  code,
  secrets: [],
  allowedHosts: [],
};
