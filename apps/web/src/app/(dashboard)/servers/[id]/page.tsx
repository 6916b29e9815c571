import type { Metadata } from 'next';
import { cache } from 'react';
import { LoadFailed } from '@/components/load-failed.tsx';
import { load, serverApi } from '@/lib/server-api.ts';
import { ServerPageClient } from './client.tsx';

interface ServerPageProps {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const loadServer = cache((id: string) =>
  load(async () => {
    const [detail, { versions }] = await Promise.all([serverApi.getServer(id), serverApi.listVersions(id)]);
    return { ...detail, versions };
  }),
);

export async function generateMetadata({ params }: ServerPageProps): Promise<Metadata> {
  const loaded = await loadServer((await params).id);
  return { title: loaded.ok ? loaded.value.server.name : 'Server' };
}

export default async function ServerPage({ params, searchParams }: ServerPageProps) {
  const [{ id }, { build, tab }] = await Promise.all([params, searchParams]);
  const loaded = await loadServer(id);
  if (!loaded.ok) return <LoadFailed sentence={loaded.sentence} />;
  return (
    <ServerPageClient
      {...loaded.value}
      askedBuildId={typeof build === 'string' ? build : undefined}
      askedTab={typeof tab === 'string' ? tab : undefined}
    />
  );
}
