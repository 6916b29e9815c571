'use client';

import type { ServerSummary } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { PaletteCommand } from '@/components/command-palette.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { SERVER_STATE_WORDS } from '@/lib/server-state.ts';
import { signOut } from '@/lib/sign-out.ts';

/** What the palette offers; the servers are read each time it opens. */
export function useCommands(open: boolean, showShortcuts: () => void): readonly PaletteCommand[] {
  const router = useRouter();
  const [servers, setServers] = useState<readonly ServerSummary[]>([]);
  useEffect(() => {
    if (!open) return;
    browserApi.listServers().then(
      (answer) => setServers(answer.servers),
      () => undefined,
    );
  }, [open]);

  const go = (path: string) => () => router.push(path);
  return [
    { id: 'new', group: 'Actions', label: 'New server', detail: 'N', run: go('/servers/new') },
    { id: 'dashboard', group: 'Actions', label: 'Servers', run: go('/dashboard') },
    { id: 'settings', group: 'Actions', label: 'Settings', run: go('/settings') },
    { id: 'shortcuts', group: 'Actions', label: 'Keyboard shortcuts', detail: '?', run: showShortcuts },
    { id: 'sign-out', group: 'Actions', label: 'Sign out', run: () => void signOut() },
    ...servers.map((server) => ({
      id: server.id,
      group: 'Servers',
      label: server.name,
      detail: `${server.slug} · ${SERVER_STATE_WORDS[server.state].word}`,
      run: go(`/servers/${server.id}`),
    })),
  ];
}
