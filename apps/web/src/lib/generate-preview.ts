import { AppError, fromProblem, isErrorCode, type PreviewResponse, PreviewStreamEventSchema } from '@bmm/types';
import type { Api } from './api.ts';
import { UnreachableError } from './api-error.ts';
import { readEventStream } from './event-stream.ts';

/**
 * Generates a preview, telling its text as it comes; asks without streaming where that is not available.
 * @throws AppError, UnreachableError, or the signal's reason
 */
export async function generatePreview(
  api: Pick<Api, 'preview' | 'previewStream'>,
  prompt: string,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<PreviewResponse> {
  try {
    const response = await api.previewStream(prompt, signal);
    if (response.body === null) throw new UnreachableError();
    return await readPreview(response.body, onText);
  } catch (error) {
    if (error instanceof AppError && error.code === 'streaming_unavailable') return api.preview(prompt, signal);
    throw error;
  }
}

async function readPreview(body: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<PreviewResponse> {
  for await (const { event, data } of readEventStream(body)) {
    const parsed = PreviewStreamEventSchema.safeParse(withType(event, data));
    if (!parsed.success) continue;
    switch (parsed.data.type) {
      case 'text':
        onText(parsed.data.text);
        break;
      case 'spec':
        return parsed.data.preview;
      case 'error':
        throw toError(parsed.data.problem);
    }
  }
  // The stream ended without a result: the connection was cut.
  throw new UnreachableError();
}

/** The type may stand in the event's name only. */
function withType(event: string, data: string): unknown {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !('type' in value && isEventType(value.type))
      ? { type: event, ...wrapped(event, value) }
      : value;
  } catch {
    return undefined;
  }
}

const isEventType = (value: unknown) => value === 'text' || value === 'spec' || value === 'error';

function wrapped(event: string, value: object): object {
  if (event === 'spec' && !('preview' in value)) return { preview: value };
  if (event === 'error' && !('problem' in value)) return { problem: value };
  return value;
}

function toError(problem: { code: string; detail: string }): AppError {
  return isErrorCode(problem.code) ? new AppError(problem.code, problem.detail) : fromProblem(problem);
}
