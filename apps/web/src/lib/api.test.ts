import { AppError } from '@bmm/types';
import { describe, expect, it } from 'vitest';
import { createApi } from './api.ts';
import { toFailure, UnreachableError } from './api-error.ts';

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  createApi(async () => new Response(body, { status, headers }));

const problem = (code: string, status: number, detail: string) =>
  JSON.stringify({ type: 'about:blank', code, title: 'Title', detail, status, instance: '/v1/x' });

describe('the typed client', () => {
  it('encodes ids into one path segment', async () => {
    const seen: string[] = [];
    const api = createApi(async (path) => {
      seen.push(path);
      return new Response('{}');
    });
    await api.deleteServer('../me');
    expect(seen).toEqual(['/v1/servers/..%2Fme']);
  });

  it('throws the problem as an AppError with its code and sentence', async () => {
    const error = await answering(409, problem('slug_taken', 409, 'The slug "a" is taken.'))
      .listServers()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'slug_taken', detail: 'The slug "a" is taken.' });
  });

  it('says that the API is unreachable when a forwarder answers in its place', async () => {
    await expect(answering(500, 'Internal Server Error').me()).rejects.toBeInstanceOf(UnreachableError);
    const failing = createApi(() => Promise.reject(new TypeError('fetch failed')));
    await expect(failing.me()).rejects.toBeInstanceOf(UnreachableError);
  });

  it('refuses an answer that is not what the contract says', async () => {
    await expect(answering(200, '{"servers": 1}').listServers()).rejects.toMatchObject({ code: 'internal' });
  });

  it('accepts an empty answer where nothing is read', async () => {
    await expect(createApi(async () => new Response(null, { status: 204 })).signOut()).resolves.toBeUndefined();
  });
});

describe('the sentence for an error', () => {
  it('names the wait of a rate limit once', async () => {
    const limited = (detail: string) =>
      answering(429, problem('rate_limited', 429, detail), { 'retry-after': '30' })
        .me()
        .catch(toFailure);
    expect(await limited('Too many requests.')).toMatchObject({
      sentence: 'Too many requests. Try again in 30 seconds.',
    });
    expect(await limited('Too many requests. Wait 30 seconds.')).toMatchObject({
      sentence: 'Too many requests. Wait 30 seconds.',
    });
  });

  it('leaves out the paths of fields', () => {
    const fields = [{ path: 'tools.0.name', message: 'A tool name has only letters.' }];
    const error = new AppError('spec_invalid', 'tools.0.name: A tool name has only letters.', {
      extensions: { fields },
    });
    expect(toFailure(error).sentence).toBe('A tool name has only letters.');
  });

  it('adds what to do where the detail only says what happened', () => {
    expect(toFailure(new AppError('internal', 'It was logged.')).sentence).toBe(
      'It was logged. Try again in a moment.',
    );
    expect(toFailure(new AppError('unavailable', 'Retry later.')).sentence).toBe('Retry later.');
  });

  it('never shows what an unknown error says', () => {
    expect(toFailure(new Error('ECONNREFUSED 10.0.0.1')).sentence).not.toContain('ECONN');
  });
});
