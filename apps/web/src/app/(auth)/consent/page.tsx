import { AppError } from '@bmm/types';
import type { Metadata } from 'next';
import { LoadFailed } from '@/components/load-failed.tsx';
import { load, loadMe, serverApi } from '@/lib/server-api.ts';
import { ConsentForm } from './client.tsx';
import { UseAnotherAccount } from './use-another-account.tsx';

export const metadata: Metadata = { title: 'Connect a client', robots: { index: false } };

interface ConsentPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ConsentPage({ searchParams }: ConsentPageProps) {
  const { request } = await searchParams;
  if (typeof request !== 'string') return <Gone requestId={undefined} />;
  const loaded = await load(() => serverApi.getConsentRequest(request).catch(toGone));
  if (!loaded.ok) return <LoadFailed sentence={loaded.sentence} />;
  return loaded.value === undefined ? <Gone requestId={request} /> : <ConsentForm request={loaded.value} />;
}

function toGone(error: unknown): undefined {
  if (error instanceof AppError && (error.code === 'not_found' || error.code === 'validation_failed')) return undefined;
  throw error;
}

/** api answers alike whether the request is over or the visitor may not use the server, so this names both. */
async function Gone({ requestId }: { requestId: string | undefined }) {
  const me = await loadMe();
  return (
    <div className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-tight">This connection cannot be approved here</h1>
      <p className="text-muted">
        It has expired, was already answered, or{' '}
        <span className="text-text [overflow-wrap:anywhere]">{me.ok ? me.value.user.email : 'your account'}</span> may
        not use this server. Start the connection again from your client, or use another account.
      </p>
      <UseAnotherAccount
        path={requestId === undefined ? '/consent' : `/consent?request=${encodeURIComponent(requestId)}`}
      />
    </div>
  );
}
