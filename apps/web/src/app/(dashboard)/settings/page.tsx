import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { LoadFailed } from '@/components/load-failed.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { load, serverApi } from '@/lib/server-api.ts';
import { THEME_COOKIE, toTheme } from '@/lib/theme.ts';
import { Settings } from './client.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const loaded = await load(async () => {
    const [me, { apiKeys }] = await Promise.all([serverApi.me(), serverApi.listApiKeys()]);
    return { me, apiKeys };
  });
  const theme = toTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <PageHeader title="Settings" />
      {loaded.ok ? <Settings {...loaded.value} theme={theme} /> : <LoadFailed sentence={loaded.sentence} />}
    </div>
  );
}
