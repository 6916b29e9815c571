import type { Secret, Spec, SpecSource } from '@bmm/types';
import { GENERATION_TIMEOUT_MS, STALL_TIMEOUT_MS } from './constants.ts';
import { createMockGenerator } from './mock-generator.ts';
import { createModelGenerator } from './model-generator.ts';

export interface AnthropicConfig {
  readonly apiKey: Secret<string>;
  readonly model: string;
  readonly baseUrl?: string | undefined;
}

export interface SpecGeneratorConfig {
  /** Without it, every prompt is answered by the deterministic spec of `echo` and `now`. */
  readonly anthropic: AnthropicConfig | undefined;
  /** From the call to the checked spec, a correction included. */
  readonly timeoutMs?: number | undefined;
  /** Silence on the connection, before or within an answer. */
  readonly stallTimeoutMs?: number | undefined;
}

export type SpecRequest =
  | { readonly kind: 'create'; readonly prompt: string }
  | { readonly kind: 'iterate'; readonly prompt: string; readonly current: Spec };

export interface GenerateOptions {
  readonly signal: AbortSignal;
  /** Gets the raw answer as it arrives, for a sign of life; a corrected answer follows the first without a break. */
  readonly onText?: ((delta: string) => void) | undefined;
}

export interface SpecGenerator {
  readonly source: SpecSource;
  /**
   * Makes a checked spec from a prompt.
   * @throws AppError with a `model_…` code or `spec_too_large`; the signal's reason when it is aborted
   */
  generate(request: SpecRequest, options: GenerateOptions): Promise<Spec>;
}

export function createSpecGenerator(config: SpecGeneratorConfig): SpecGenerator {
  if (config.anthropic === undefined) return createMockGenerator();
  return createModelGenerator(config.anthropic, {
    totalMs: config.timeoutMs ?? GENERATION_TIMEOUT_MS,
    stallMs: config.stallTimeoutMs ?? STALL_TIMEOUT_MS,
  });
}
