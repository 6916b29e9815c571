import { AppError, type MeResponse } from '@bmm/types';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { createApi } from './api.ts';
import { toFailure, UnreachableError } from './api-error.ts';
import { readEnv } from './env.ts';
import { PATH_HEADER } from './path-header.ts';
import { signInPath } from './safe-next.ts';

/** A page waits this long for its data before it says that the server cannot be reached. */
const LOAD_TIMEOUT_MS = 10_000;

/** The client that server components use: straight to api, in the name of the visitor. */
export const serverApi = createApi(async (path, init) => {
  const cookie = (await headers()).get('cookie');
  return fetch(`${readEnv().apiUrl}${path}`, {
    ...init,
    headers: { ...init.headers, ...(cookie === null ? {} : { cookie }) },
    signal: AbortSignal.timeout(LOAD_TIMEOUT_MS),
    redirect: 'manual',
  });
});

export type Loaded<T> = { ok: true; value: T } | { ok: false; sentence: string };

/** Loads what a page shows: signed out → sign-in, not found → 404, any other failure → a sentence to show. */
export async function load<T>(read: () => Promise<T>): Promise<Loaded<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    if (error instanceof AppError && error.code === 'unauthorized')
      redirect(signInPath((await headers()).get(PATH_HEADER) ?? '/dashboard'));
    if (error instanceof AppError && error.code === 'not_found') notFound();
    if (!(error instanceof AppError || error instanceof UnreachableError)) throw error;
    return { ok: false, sentence: toFailure(error).sentence.replace(' What you typed is kept.', '') };
  }
}

/** Who is signed in, asked once a request. */
export const loadMe = cache((): Promise<Loaded<MeResponse>> => load(() => serverApi.me()));

/** For pages that anybody sees: whether somebody is signed in, and no when that cannot be found out. */
export const isSignedIn = cache(async (): Promise<boolean> => {
  if ((await headers()).get('cookie') === null) return false;
  return serverApi.me().then(
    () => true,
    () => false,
  );
});
