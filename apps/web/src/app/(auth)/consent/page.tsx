import { AppError } from '@bmm/types';
import type { Metadata } from 'next';
import { LoadFailed } from '@/components/load-failed.tsx';
import { load, serverApi } from '@/lib/server-api.ts';
import { ConsentForm } from './client.tsx';

export const metadata: Metadata = { title: 'Connect a client', robots: { index: false } };

interface ConsentPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function ConsentPage({ searchParams }: ConsentPageProps) {
  const { request } = await searchParams;
  if (typeof request !== 'string') return <Gone />;
  const loaded = await load(() => serverApi.getConsentRequest(request).catch(toGone));
  if (!loaded.ok) return <LoadFailed sentence={loaded.sentence} />;
  return loaded.value === undefined ? <Gone /> : <ConsentForm request={loaded.value} />;
}

function toGone(error: unknown): undefined {
  if (error instanceof AppError && (error.code === 'not_found' || error.code === 'validation_failed')) return undefined;
  throw error;
}

function Gone() {
  return (
    <div className="flex flex-col gap-3">
      <h1 className="text-xl font-semibold tracking-tight">This request has expired</h1>
      <p className="text-muted">
        It was answered already or waited too long. Go back to your client and start the connection again.
      </p>
    </div>
  );
}
