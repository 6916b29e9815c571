'use client';

import { AppError, type BuildEvent, ERRORS } from '@bmm/types';
import { useEffect, useRef, useState } from 'react';
import { browserApi } from '@/lib/browser-api.ts';
import { mergeEvents } from '@/lib/build-progress.ts';
import { type Connection, followBuild } from '@/lib/follow-build.ts';

/** The events of a build, from the first one, live until it has ended. */
export function useBuild(buildId: string, onFinished: () => void) {
  const [events, setEvents] = useState<readonly BuildEvent[]>([]);
  const [connection, setConnection] = useState<Connection>('connecting');
  const finished = useRef(onFinished);
  useEffect(() => {
    finished.current = onFinished;
  });

  useEffect(() => {
    const url = new URL(`/v1/builds/${encodeURIComponent(buildId)}/stream`, window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return followBuild(url.href, {
      onConnection: setConnection,
      onEvents: (more) => {
        setEvents((before) => mergeEvents(before, more));
        if (more.some((event) => event.type === 'done' || event.type === 'error')) finished.current();
      },
      readHistory: async () => (await browserApi.getBuild(buildId)).events,
      isFinal: (error) =>
        error instanceof AppError && ERRORS[error.code].fault === 'client' && error.code !== 'rate_limited',
    });
  }, [buildId]);

  return { events, connection };
}
