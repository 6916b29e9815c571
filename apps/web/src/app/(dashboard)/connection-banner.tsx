'use client';

import { AppError } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { OfflineBanner } from '@/components/offline-banner.tsx';
import { browserApi, UNREACHABLE_EVENT } from '@/lib/browser-api.ts';

/** Shows that the network or the server is away, and goes when it is back. */
export function ConnectionBanner() {
  const router = useRouter();
  const [reason, setReason] = useState<'network' | 'server'>();
  const [busy, setBusy] = useState(false);

  const retry = async () => {
    setBusy(true);
    try {
      await browserApi.me();
    } catch (error) {
      // Any answer, such as "sign in first", means that the server is there.
      if (!(error instanceof AppError)) return setReason(navigator.onLine ? 'server' : 'network');
    } finally {
      setBusy(false);
    }
    setReason(undefined);
    router.refresh();
  };

  useEffect(() => {
    const listeners = [
      ['offline', () => setReason('network')],
      ['online', () => setReason(undefined)],
      [UNREACHABLE_EVENT, () => setReason(navigator.onLine ? 'server' : 'network')],
    ] as const;
    for (const [type, listener] of listeners) window.addEventListener(type, listener);
    return () => {
      for (const [type, listener] of listeners) window.removeEventListener(type, listener);
    };
  }, []);

  return reason === undefined ? null : <OfflineBanner reason={reason} busy={busy} onRetry={() => void retry()} />;
}
