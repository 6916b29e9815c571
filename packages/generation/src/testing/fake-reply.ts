import type { Spec } from '@bmm/types';
import { toModelOutput } from '../model-output.ts';

/** What the fake Messages API answers to one request. */
export type FakeReply =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly stopReason?: 'end_turn' | 'max_tokens' | 'refusal' | undefined;
      /** Characters of each delta; the whole text at once by default. */
      readonly chunkChars?: number | undefined;
      /** Wait before each delta. */
      readonly delayMs?: number | undefined;
      /** Ping events before each delta, one every `delayMs`. */
      readonly pings?: number | undefined;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type: string;
      readonly message?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** Sends the text, then an error event in the stream. */
  | { readonly kind: 'error-event'; readonly type: string; readonly text: string }
  /** Sends the text, then cuts the connection, or ends the answer as if it were complete. */
  | { readonly kind: 'cut'; readonly text: string; readonly how: 'reset' | 'end' }
  /** Sends the text, then nothing more; without a text not even headers. */
  | { readonly kind: 'stall'; readonly text?: string | undefined }
  | { readonly kind: 'redirect'; readonly location: string };

type TextOptions = Omit<Extract<FakeReply, { kind: 'text' }>, 'kind' | 'text'>;

/** A whole answer that says the given spec. */
export function specReply(spec: Spec, options: TextOptions = {}): FakeReply {
  return { kind: 'text', text: JSON.stringify(toModelOutput(spec)), ...options };
}
