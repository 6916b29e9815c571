import {
  ApiKeyListResponseSchema,
  AppError,
  BuildResponseSchema,
  ConsentDecisionResponseSchema,
  ConsentRequestSchema,
  CreateApiKeyResponseSchema,
  type CreateServerRequestSchema,
  CreateServerResponseSchema,
  fromProblem,
  type IterateRequestSchema,
  IterateResponseSchema,
  MeResponseSchema,
  PreviewResponseSchema,
  ServerListResponseSchema,
  ServerResponseSchema,
  type UpdateServerRequestSchema,
  VersionListResponseSchema,
} from '@bmm/types';
import { z } from 'zod';
import { UnreachableError } from './api-error.ts';

/** Sends one request to a path under /v1; the browser and the server each have their own. */
export type Transport = (path: string, init: RequestInit) => Promise<Response>;

/** What the API answers when the caller does not read it. */
const Ignored = z.unknown();

/** The typed client. Every method throws `AppError` for a problem and `UnreachableError` when there is no answer. */
export function createApi(transport: Transport) {
  async function call<T extends z.ZodType>(
    schema: T,
    method: string,
    path: string,
    options: { body?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<z.output<T>> {
    const response = await send(transport, method, path, options);
    const text = await response.text();
    const parsed = schema.safeParse(text === '' ? undefined : parseJson(text));
    if (!parsed.success)
      throw new AppError('internal', 'The server gave an answer that cannot be read.', { cause: parsed.error });
    return parsed.data;
  }
  const at = (...segments: string[]) => `/v1/${segments.map(encodeURIComponent).join('/')}`;

  return {
    me: () => call(MeResponseSchema, 'GET', at('me')),
    signOut: () => call(Ignored, 'POST', at('auth', 'sign-out'), { body: {} }),
    deleteAccount: (confirm: string) => call(Ignored, 'DELETE', at('account'), { body: { confirm } }),

    listApiKeys: () => call(ApiKeyListResponseSchema, 'GET', at('api-keys')),
    createApiKey: (name: string) => call(CreateApiKeyResponseSchema, 'POST', at('api-keys'), { body: { name } }),
    deleteApiKey: (id: string) => call(Ignored, 'DELETE', at('api-keys', id)),

    preview: (prompt: string, signal?: AbortSignal) =>
      call(PreviewResponseSchema, 'POST', at('servers', 'preview'), { body: { prompt }, signal }),
    /** The raw event stream of a preview; `readPreviewStream` reads it. */
    previewStream: (prompt: string, signal?: AbortSignal) =>
      send(transport, 'POST', at('servers', 'preview', 'stream'), { body: { prompt }, signal }),

    listServers: () => call(ServerListResponseSchema, 'GET', at('servers')),
    getServer: (id: string) => call(ServerResponseSchema, 'GET', at('servers', id)),
    createServer: (body: z.input<typeof CreateServerRequestSchema>) =>
      call(CreateServerResponseSchema, 'POST', at('servers'), { body }),
    updateServer: (id: string, body: z.input<typeof UpdateServerRequestSchema>) =>
      call(Ignored, 'PATCH', at('servers', id), { body }),
    deleteServer: (id: string) => call(Ignored, 'DELETE', at('servers', id)),
    iterateServer: (id: string, body: z.input<typeof IterateRequestSchema>) =>
      call(IterateResponseSchema, 'POST', at('servers', id, 'iterate'), { body }),
    listVersions: (id: string) => call(VersionListResponseSchema, 'GET', at('servers', id, 'versions')),
    activateVersion: (id: string, version: number) =>
      call(Ignored, 'POST', at('servers', id, 'versions', String(version), 'activate'), { body: {} }),

    getBuild: (id: string) => call(BuildResponseSchema, 'GET', at('builds', id)),
    cancelBuild: (id: string) => call(Ignored, 'POST', at('builds', id, 'cancel'), { body: {} }),

    getConsentRequest: (id: string) => call(ConsentRequestSchema, 'GET', at('oauth', 'requests', id)),
    decideConsent: (id: string, approve: boolean) =>
      call(ConsentDecisionResponseSchema, 'POST', at('oauth', 'requests', id, 'decision'), { body: { approve } }),
  };
}
export type Api = ReturnType<typeof createApi>;

async function send(
  transport: Transport,
  method: string,
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal | undefined },
): Promise<Response> {
  const response = await transport(path, {
    method,
    cache: 'no-store',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted === true) throw cause;
    throw new UnreachableError(cause);
  });
  if (!response.ok) throw await toError(response);
  return response;
}

async function toError(response: Response): Promise<Error> {
  const body = parseJson(await response.text().catch(() => ''));
  // A forwarder between us and api answers with a status of its own and no problem document.
  if (body === undefined && response.status >= 500) return new UnreachableError();
  const error = fromProblem(body);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  if (!Number.isFinite(retryAfter)) return error;
  return new AppError(error.code, error.detail, { extensions: error.extensions, retryAfterSeconds: retryAfter });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
