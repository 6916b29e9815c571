import { APIError } from '@anthropic-ai/sdk';
import { AppError } from '@bmm/types';
import { PROBLEM_CHARS_MAX, RETRY_AFTER_SECONDS_MAX } from './constants.ts';
import type { AnthropicConfig } from './spec-generator.ts';

type Kind = 'key' | 'billing' | 'model' | 'refused_request' | 'too_large' | 'limit' | 'unavailable';

/**
 * Maps what the SDK throws to the catalogue. The SDK's error does not become the cause: it holds the upstream's words
 * and headers, and the runtime quotes a key that it cannot put into a header.
 */
export function toModelFailure(error: unknown, config: AnthropicConfig): AppError {
  const cause = describeFailure(error, config);
  switch (kindOf(error)) {
    case 'key':
      return new AppError('model_misconfigured', 'The model API did not accept the key. Check ANTHROPIC_API_KEY.', {
        cause,
      });
    case 'billing':
      return new AppError(
        'model_misconfigured',
        'The model API refuses to bill the account of the key. Check the account that ANTHROPIC_API_KEY belongs to.',
        { cause },
      );
    case 'model':
      return new AppError(
        'model_misconfigured',
        `The model API does not know the model "${config.model}". Check ANTHROPIC_MODEL.`,
        { cause },
      );
    case 'refused_request':
      return new AppError(
        'model_misconfigured',
        `The model API refused the request. Check that the model "${config.model}" (ANTHROPIC_MODEL) supports structured outputs and that the account has credit.`,
        { cause },
      );
    case 'too_large':
      return new AppError(
        'spec_too_large',
        'The request and the current server together are too large for the model. Shorten the prompt or split the server.',
        { cause },
      );
    case 'limit':
      return toOverload(error, cause);
    case 'unavailable':
      return new AppError('model_unavailable', 'The model API cannot be reached or has a fault. Try again shortly.', {
        cause,
      });
  }
}

function toOverload(error: unknown, cause: Error): AppError {
  const retryAfterSeconds = readRetryAfter(error instanceof APIError ? error.headers?.get('retry-after') : undefined);
  if (retryAfterSeconds === undefined) {
    return new AppError('model_overloaded', 'The model is at its limit. Try again in a minute.', { cause });
  }
  const unit = retryAfterSeconds === 1 ? 'second' : 'seconds';
  const detail = `The model is at its limit. Try again in ${retryAfterSeconds} ${unit}.`;
  return new AppError('model_overloaded', detail, { cause, retryAfterSeconds });
}

function kindOf(error: unknown): Kind {
  if (!(error instanceof APIError)) return 'unavailable';
  // An error inside a stream that has begun has a type and no status.
  return error.status === undefined ? kindOfType(error.type) : kindOfStatus(error.status);
}

function kindOfStatus(status: number): Kind {
  if (status === 401 || status === 403) return 'key';
  if (status === 402) return 'billing';
  if (status === 404) return 'model';
  if (status === 413) return 'too_large';
  if (status === 429 || status === 529) return 'limit';
  if (status === 400 || status === 422) return 'refused_request';
  return 'unavailable';
}

function kindOfType(type: string | null): Kind {
  switch (type) {
    case 'authentication_error':
    case 'permission_error':
      return 'key';
    case 'billing_error':
      return 'billing';
    case 'not_found_error':
      return 'model';
    case 'invalid_request_error':
      return 'refused_request';
    case 'rate_limit_error':
    case 'overloaded_error':
      return 'limit';
    default:
      return 'unavailable';
  }
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3). */
function readRetryAfter(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(1, Math.ceil(seconds)), RETRY_AFTER_SECONDS_MAX);
}

/** Words for the log, written anew from the error and without the key, should the other side have repeated it. */
function describeFailure(error: unknown, config: AnthropicConfig): Error {
  if (!(error instanceof APIError)) return new Error(`The call failed: ${nameOf(error)}.`);
  const words = [
    error.name,
    error.status,
    error.type,
    error.requestID,
    error.apiMessage,
    'cause' in error ? nameOf(error.cause) : undefined,
  ];
  const text = words.filter((word) => word !== null && word !== undefined).join(' · ');
  const withoutKey = text.replaceAll(config.apiKey.reveal(), '[redacted]').replace(/sk-[\w-]+/g, '[redacted]');
  return new Error(withoutKey.slice(0, PROBLEM_CHARS_MAX));
}

/** A class or system code such as ECONNREFUSED, from the innermost error that has one; never a message. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause instanceof Error ? nameOf(error.cause) : error.name;
}
