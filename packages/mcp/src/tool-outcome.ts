import type { JsonObject } from '@bmm/types';

/** What became of a tool call; `message` is a sentence that a model can act on. */
export type ToolCallOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

export interface ToolCallContext {
  /** Aborted when the client has gone or cancelled: nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly callId: string;
}

/** Runs a tool whose arguments fit its schema. A rejection counts as our failure and tells the client nothing. */
export type CallTool = (name: string, args: JsonObject, context: ToolCallContext) => Promise<ToolCallOutcome>;
