'use client';

import { useEffect, useState } from 'react';
import { toRelativeTime } from '@/lib/relative-time.ts';

const REFRESH_MS = 30_000;

/** A time as "3 minutes ago", with the exact one on hover. */
export function RelativeTime({ at }: { at: string }) {
  const date = new Date(at);
  const [now, setNow] = useState<Date>();
  useEffect(() => {
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  // The server knows neither the visitor's clock nor time zone, so what it renders is replaced at once.
  return (
    <time dateTime={at} title={now === undefined ? at : date.toLocaleString()} suppressHydrationWarning>
      {toRelativeTime(date, now ?? new Date())}
    </time>
  );
}
