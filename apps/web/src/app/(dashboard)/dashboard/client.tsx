'use client';

import type { ServerSummary } from '@bmm/types';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { buttonClasses } from '@/components/button.tsx';
import { CopyButton } from '@/components/copy-button.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { Input } from '@/components/input.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ServerStateDot } from '@/components/state-dot.tsx';
import { SEARCH_FIELD_ID } from '../use-shortcuts.ts';

export function ServerList({ servers }: { servers: readonly ServerSummary[] }) {
  const [query, setQuery] = useState('');
  useRefreshOnReturn();
  const words = query.trim().toLowerCase();
  const found = servers.filter((server) =>
    [server.name, server.slug, server.description].some((text) => text.toLowerCase().includes(words)),
  );
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Servers">
        {servers.length > 0 && (
          <Link href="/servers/new" className={buttonClasses('primary')}>
            New server
          </Link>
        )}
      </PageHeader>
      {servers.length === 0 ? (
        <EmptyState sentence="You have no servers yet. Describe a tool in a sentence and it becomes one.">
          <Link href="/servers/new" className={buttonClasses('primary')}>
            New server
          </Link>
        </EmptyState>
      ) : (
        <>
          <Input
            id={SEARCH_FIELD_ID}
            type="search"
            aria-label="Search servers"
            placeholder="Search servers"
            className="max-w-xs"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              setQuery('');
              event.currentTarget.blur();
            }}
          />
          {found.length === 0 ? (
            <p role="status" className="text-muted">
              No server matches &ldquo;{query}&rdquo;.
            </p>
          ) : (
            <ul className="overflow-hidden rounded-lg border border-line">
              {found.map((server) => (
                <ServerRow key={server.id} server={server} />
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}

function ServerRow({ server }: { server: ServerSummary }) {
  return (
    <li className="relative grid gap-x-6 gap-y-1.5 border-b border-line px-4 py-3 transition-colors last:border-b-0 hover:bg-raised sm:grid-cols-[1fr_auto]">
      <div className="flex min-w-0 items-center gap-3">
        <h2 className="truncate font-medium">
          {/* The whole row is the link; the copy button lies above it. */}
          <Link href={`/servers/${server.id}`} className="after:absolute after:inset-0">
            {server.name}
          </Link>
        </h2>
        <span className="truncate font-mono text-[13px] text-faint">{server.slug}</span>
      </div>
      <div className="flex items-center sm:justify-end">
        <ServerStateDot state={server.state} />
      </div>
      <div className="flex min-w-0 items-center gap-1">
        <code className="truncate font-mono text-[13px] text-muted">{server.mcpUrl}</code>
        <CopyButton value={server.mcpUrl} what={`MCP URL of ${server.name}`} className="relative z-10" />
      </div>
      <p className="flex items-center gap-2 text-[13px] text-faint sm:justify-end">
        <span>{server.toolCount === 1 ? '1 tool' : `${server.toolCount} tools`}</span>
        <span aria-hidden="true">·</span>
        <span className="relative z-10">
          Updated <RelativeTime at={server.updatedAt} />
        </span>
      </p>
    </li>
  );
}

/** States change while nobody looks; coming back to the page reads them again. */
function useRefreshOnReturn(): void {
  const router = useRouter();
  useEffect(() => {
    const onChange = () => {
      if (document.visibilityState === 'visible') router.refresh();
    };
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, [router]);
}
