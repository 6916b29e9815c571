import { Anthropic } from '@anthropic-ai/sdk';
import { AppError } from '@bmm/types';
import { DEFAULT_BASE_URL, OUTPUT_TOKENS_MAX } from './constants.ts';
import type { Deadline } from './deadline.ts';
import { toModelFailure } from './model-failure.ts';
import { MODEL_OUTPUT_JSON_SCHEMA } from './model-output.ts';
import type { AnthropicConfig } from './spec-generator.ts';
import { SYSTEM_PROMPT } from './system-prompt.ts';
import { createWatchedFetch } from './watched-fetch.ts';

export interface ModelQuestion {
  readonly messages: Anthropic.MessageParam[];
  readonly deadline: Deadline;
  readonly onText?: ((delta: string) => void) | undefined;
}

/**
 * Makes one streamed call and returns the text of the whole answer.
 * @throws AppError with a `model_…` code; the deadline's reason when that ended the call
 */
export async function askModel(config: AnthropicConfig, question: ModelQuestion): Promise<string> {
  let text = '';
  let stopReason: string | undefined;
  let finished = false;
  for await (const event of streamEvents(config, question)) {
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
      text += event.delta.text;
      question.onText?.(event.delta.text);
    } else if (event.type === 'message_delta') stopReason = event.delta.stop_reason ?? stopReason;
    else if (event.type === 'message_stop') finished = true;
  }
  if (!finished) {
    throw new AppError(
      'model_unavailable',
      'The connection to the model ended before its answer was whole. Try again.',
    );
  }
  assertWhole(stopReason);
  return text;
}

/** Yields the events of one call; maps what the call throws, and lets pass what the consumer throws. */
async function* streamEvents(
  config: AnthropicConfig,
  { messages, deadline }: ModelQuestion,
): AsyncGenerator<Anthropic.RawMessageStreamEvent, void, undefined> {
  try {
    const body = {
      model: config.model,
      max_tokens: OUTPUT_TOKENS_MAX,
      system: SYSTEM_PROMPT,
      messages,
      output_config: { format: { type: 'json_schema' as const, schema: MODEL_OUTPUT_JSON_SCHEMA } },
      stream: true as const,
    };
    yield* await createClient(config, deadline).messages.create(body, { signal: deadline.signal });
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw toModelFailure(error, config);
  }
  // The SDK ends an aborted stream as if it were complete.
  deadline.signal.throwIfAborted();
}

function createClient(config: AnthropicConfig, deadline: Deadline): Anthropic {
  return new Anthropic({
    apiKey: config.apiKey.reveal(),
    baseURL: config.baseUrl ?? DEFAULT_BASE_URL,
    fetch: createWatchedFetch(deadline),
    // A person waits: they learn of the limit and of its end at once, instead of after silent attempts.
    maxRetries: 0,
    logLevel: 'off',
    openTelemetry: false,
  });
}

function assertWhole(stopReason: string | undefined): void {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return;
    case 'refusal':
      throw new AppError(
        'model_refused',
        'The model declined to build this. Describe what the server is for, or ask for less.',
      );
    case 'max_tokens':
    case 'model_context_window_exceeded':
      throw new AppError(
        'model_output_truncated',
        'The server is too large to be written in one go. Ask for fewer tools, and add the others with Iterate.',
      );
    default:
      throw new AppError('model_output_invalid', 'The model ended its answer in an unknown way. Try again.');
  }
}
