import type { ServerDetail } from '@bmm/types';

/** Whether this version is the one that answers calls now. */
export function isServing(version: number, server: Pick<ServerDetail, 'version' | 'state'>): boolean {
  return server.version === version && (server.state === 'live' || server.state === 'sleeping');
}
