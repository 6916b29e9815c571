import { waitFor } from '@bmm/testing';
import {
  type BuildResponse,
  BuildResponseSchema,
  CreateApiKeyResponseSchema,
  type CreateServerResponse,
  CreateServerResponseSchema,
  IterateResponseSchema,
  isFinished,
  type ServerResponse,
  ServerResponseSchema,
} from '@bmm/types';
import type { z } from 'zod';
import { signInByHttp } from './sign-in.ts';
import type { StackAddress } from './start-stack.ts';

const BUILD_TIMEOUT_MS = 45_000;

/** Somebody who uses the REST API, by a session's cookie or an API key. */
export interface ApiUser {
  readonly credentials: Readonly<Record<string, string>>;
  fetch(method: string, path: string, body?: unknown): Promise<Response>;
  createServer(body: { name: string; slug: string; prompt: string }): Promise<CreateServerResponse>;
  /** Creates a server from a prompt and waits until it is live. */
  createLiveServer(slug: string): Promise<CreateServerResponse['server']>;
  getServer(id: string): Promise<ServerResponse>;
  deleteServer(id: string): Promise<void>;
  iterate(id: string, prompt: string): Promise<string>;
  getBuild(id: string): Promise<BuildResponse>;
  /** The build with its whole history, once it has ended. */
  waitForBuild(id: string, timeoutMs?: number): Promise<BuildResponse>;
  createApiKey(name: string): Promise<string>;
}

export async function signInApiUser(stack: StackAddress, email: string): Promise<ApiUser> {
  return createApiUser(stack, { cookie: await signInByHttp(stack, email), origin: stack.webUrl });
}

export function createApiUser(stack: StackAddress, credentials: Readonly<Record<string, string>>): ApiUser {
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${stack.apiUrl}${path}`, {
      method,
      headers: { ...credentials, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  async function call<T extends z.ZodType>(
    schema: T,
    ...[method, path, body]: Parameters<typeof send>
  ): Promise<z.output<T>> {
    const response = await send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  }
  const getBuild = (id: string) => call(BuildResponseSchema, 'GET', `/v1/builds/${id}`);
  const createServer: ApiUser['createServer'] = (body) => call(CreateServerResponseSchema, 'POST', '/v1/servers', body);
  const waitForBuild: ApiUser['waitForBuild'] = (id, timeoutMs = BUILD_TIMEOUT_MS) =>
    waitFor(
      async () => {
        const found = await getBuild(id);
        return isFinished(found.build.state) && found;
      },
      { timeoutMs, intervalMs: 100 },
    );

  return {
    credentials,
    fetch: send,
    createServer,
    async createLiveServer(slug) {
      const { server, build } = await createServer({ name: `Server ${slug}`, slug, prompt: 'Echo what I say.' });
      const { build: ended } = await waitForBuild(build.id);
      if (ended.state !== 'live') throw new Error(`The build of ${slug} failed: ${JSON.stringify(ended.error)}`);
      return server;
    },
    getServer: (id) => call(ServerResponseSchema, 'GET', `/v1/servers/${id}`),
    async deleteServer(id) {
      const response = await send('DELETE', `/v1/servers/${id}`);
      if (response.status !== 204) throw new Error(`DELETE answered ${response.status}: ${await response.text()}`);
    },
    iterate: async (id, prompt) =>
      (await call(IterateResponseSchema, 'POST', `/v1/servers/${id}/iterate`, { prompt })).build.id,
    getBuild,
    waitForBuild,
    createApiKey: async (name) => (await call(CreateApiKeyResponseSchema, 'POST', '/v1/api-keys', { name })).key,
  };
}
