import type { JsonValue } from '@bmm/types';
import { BUS_MESSAGE_BYTES_MAX } from './constants.ts';

export interface BusMessage {
  topic: string;
  message: unknown;
}

/** Throws when the text would exceed what NOTIFY carries. */
export function encodeBusMessage(topic: string, message: JsonValue): string {
  const text = JSON.stringify({ topic, message });
  const bytes = Buffer.byteLength(text);
  if (bytes > BUS_MESSAGE_BYTES_MAX) {
    throw new Error(
      `A bus message for "${topic}" has ${bytes} bytes, the limit is ${BUS_MESSAGE_BYTES_MAX}. Send an id, not the data.`,
    );
  }
  return text;
}

/** Undefined for text that this package did not write. */
export function decodeBusMessage(text: string): BusMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('topic' in value) || !('message' in value)) return undefined;
    return typeof value.topic === 'string' ? { topic: value.topic, message: value.message } : undefined;
  } catch {
    return undefined;
  }
}
