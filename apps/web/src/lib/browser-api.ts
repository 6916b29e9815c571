import { createApi } from './api.ts';
import { UnreachableError } from './api-error.ts';

/** Fired on `window` when a request got no answer; the offline banner listens. */
export const UNREACHABLE_EVENT = 'bmm:unreachable';

const isForwarderFailure = (response: Response) =>
  response.status >= 500 && !(response.headers.get('content-type') ?? '').includes('json');

/** The client that pages use in the browser: same origin, with the session cookie. */
export const browserApi = createApi(async (path, init) => {
  try {
    const response = await fetch(path, { ...init, credentials: 'same-origin' });
    if (isForwarderFailure(response)) throw new UnreachableError();
    return response;
  } catch (error) {
    if (init.signal?.aborted !== true) window.dispatchEvent(new Event(UNREACHABLE_EVENT));
    throw error;
  }
});
