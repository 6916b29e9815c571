import type { ReactNode } from 'react';
import { LoadFailed } from '@/components/load-failed.tsx';
import { loadMe } from '@/lib/server-api.ts';
import { DashboardShell } from './shell.tsx';

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const me = await loadMe();
  return (
    <DashboardShell email={me.ok ? me.value.user.email : undefined}>
      {me.ok ? children : <LoadFailed sentence={me.sentence} />}
    </DashboardShell>
  );
}
