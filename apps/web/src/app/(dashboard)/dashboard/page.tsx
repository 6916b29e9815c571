import type { Metadata } from 'next';
import { LoadFailed } from '@/components/load-failed.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { load, serverApi } from '@/lib/server-api.ts';
import { ServerList } from './client.tsx';

export const metadata: Metadata = { title: 'Servers' };

export default async function DashboardPage() {
  const loaded = await load(() => serverApi.listServers());
  if (loaded.ok) return <ServerList servers={loaded.value.servers} />;
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Servers" />
      <LoadFailed sentence={loaded.sentence} />
    </div>
  );
}
