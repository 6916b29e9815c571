import type { Metadata } from 'next';
import { LoadFailed } from '@/components/load-failed.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { load, serverApi } from '@/lib/server-api.ts';
import { Settings } from './client.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const loaded = await load(async () => {
    const [me, { apiKeys }] = await Promise.all([serverApi.me(), serverApi.listApiKeys()]);
    return { me, apiKeys };
  });
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <PageHeader title="Settings" />
      {loaded.ok ? <Settings {...loaded.value} /> : <LoadFailed sentence={loaded.sentence} />}
    </div>
  );
}
