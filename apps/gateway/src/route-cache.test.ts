import type { ServerRoute } from '@bmm/db';
import { expect, it } from 'vitest';
import { createRouteCache } from './route-cache.ts';

const route = (serverId: string): ServerRoute => ({
  ...{ serverId, orgId: 'org', slug: 'echo', name: 'Echo', state: 'live', version: undefined },
});

it('asks once for many requests, for slugs that nobody has too, and never for what is no slug', async () => {
  const asked: string[] = [];
  const cache = createRouteCache(async (slug) => {
    asked.push(slug);
    return slug === 'echo' ? route('srv_1') : undefined;
  });
  const found = await Promise.all([cache.find('echo'), cache.find('echo'), cache.find('nobody'), cache.find('No')]);
  expect(found.map((row) => row?.serverId)).toEqual(['srv_1', 'srv_1', undefined, undefined]);
  await cache.find('nobody');
  expect(asked).toEqual(['echo', 'nobody']);
});

it('asks again after it was told to forget, and never keeps an answer from before that', async () => {
  const answers: ((row: ServerRoute) => void)[] = [];
  const cache = createRouteCache(() => new Promise((resolve) => answers.push(resolve)));
  const before = cache.find('echo');
  cache.forget('echo');
  const after = cache.find('echo');
  answers[1]?.(route('srv_new'));
  answers[0]?.(route('srv_old'));
  expect((await before)?.serverId).toBe('srv_old');
  expect((await after)?.serverId).toBe('srv_new');
  expect((await cache.find('echo'))?.serverId).toBe('srv_new');
});

it('does not keep a failure', async () => {
  let attempts = 0;
  const cache = createRouteCache(async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('connection refused');
    return route('srv_1');
  });
  await expect(cache.find('echo')).rejects.toThrow('refused');
  expect((await cache.find('echo'))?.serverId).toBe('srv_1');
});
