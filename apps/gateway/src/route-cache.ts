import type { ServerRoute } from '@bmm/db';
import { isSlug } from '@bmm/types';
import { LRUCache } from 'lru-cache';
import { ROUTE_TTL_MS, ROUTES_MAX } from './constants.ts';

/** Routes by slug, at most ROUTE_TTL_MS old; many requests for one slug share one query. */
export interface RouteCache {
  find(slug: string): Promise<ServerRoute | undefined>;
  forget(slug: string): void;
  forgetAll(): void;
}

export function createRouteCache(load: (slug: string) => Promise<ServerRoute | undefined>): RouteCache {
  const routes = new LRUCache<string, Promise<ServerRoute | undefined>>({ max: ROUTES_MAX, ttl: ROUTE_TTL_MS });
  return {
    async find(slug) {
      if (!isSlug(slug)) return undefined;
      const known = routes.get(slug);
      if (known !== undefined) return known;
      const loading = load(slug);
      routes.set(slug, loading);
      loading.catch(() => {
        if (routes.peek(slug) === loading) routes.delete(slug);
      });
      return loading;
    },
    forget: (slug) => void routes.delete(slug),
    forgetAll: () => routes.clear(),
  };
}
