import { AppError } from '@bmm/types';
import { RESPONSE_BYTES_MAX } from './constants.ts';
import type { Deadline } from './deadline.ts';

/**
 * A fetch that tells the deadline of every byte, pings included, which the SDK swallows, and bounds their number.
 * It follows no redirect, which would take the prompt and the current code to a host that nobody configured.
 */
export function createWatchedFetch(deadline: Deadline): typeof fetch {
  return async (input, init) => {
    deadline.keepAlive();
    const response = await fetch(input, { ...init, redirect: 'error' });
    deadline.keepAlive();
    if (response.body === null) return response;
    let bytes = 0;
    const watch = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > RESPONSE_BYTES_MAX) {
          deadline.abort(
            new AppError('model_output_invalid', 'The model sent more than any spec can hold. Try again.'),
          );
        }
        deadline.keepAlive();
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(watch), { status: response.status, headers: response.headers });
  };
}
