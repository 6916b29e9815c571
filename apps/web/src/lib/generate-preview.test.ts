import { AppError, type PreviewResponse } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { UnreachableError } from './api-error.ts';
import { generatePreview } from './generate-preview.ts';

const preview: PreviewResponse = {
  previewId: 'prv_1',
  source: 'mock',
  expiresAt: '2026-11-23T00:00:00.000Z',
  spec: {
    name: 'Echo',
    description: 'Says it again.',
    code: 'export const echo = (args) => args.text;',
    secrets: [],
    allowedHosts: [],
    tools: [
      {
        name: 'echo',
        title: 'Echo',
        description: 'Says it again.',
        inputSchema: { type: 'object' },
        annotations: {},
        handler: 'echo',
        hosts: [],
        exampleArguments: {},
      },
    ],
  },
};
const frame = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const api = (stream: string | Error) => ({
  preview: async () => preview,
  previewStream: async () => {
    if (stream instanceof Error) throw stream;
    return new Response(stream);
  },
});
const generate = (stream: string | Error, onText = (_text: string) => {}) =>
  generatePreview(api(stream), 'say it again', new AbortController().signal, onText);

describe('a preview', () => {
  it('tells the text as it comes and ends with the spec', async () => {
    const seen: string[] = [];
    const stream = frame('text', { type: 'text', text: 'a' }) + frame('spec', { type: 'spec', preview });
    expect(await generate(stream, (text) => seen.push(text))).toEqual(preview);
    expect(seen).toEqual(['a']);
  });

  it('reads events whose type is only in the event name', async () => {
    expect(await generate(frame('spec', preview))).toEqual(preview);
  });

  it('throws the problem that the stream ends with', async () => {
    const stream = frame('error', { type: 'error', problem: { code: 'model_refused', detail: 'The model declined.' } });
    await expect(generate(stream)).rejects.toMatchObject({ code: 'model_refused', detail: 'The model declined.' });
  });

  it('asks without streaming where streaming is not available', async () => {
    expect(await generate(new AppError('streaming_unavailable'))).toEqual(preview);
  });

  it('does not take a cut connection for an answer', async () => {
    await expect(generate(frame('text', { type: 'text', text: 'a' }))).rejects.toBeInstanceOf(UnreachableError);
  });
});
