'use client';

import { type BuildSummary, isFinished, type ServerDetail, type VersionListResponse } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { McpUrl } from '@/components/mcp-url.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { ServerStateDot } from '@/components/state-dot.tsx';
import { Tabs } from '@/components/tabs.tsx';
import { ToolList } from '@/components/tool-list.tsx';
import { BuildPanel } from './build-panel.tsx';
import { BuildsTab } from './builds-tab.tsx';
import { IterateTab } from './iterate-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';

export interface ServerPageData {
  server: ServerDetail;
  builds: readonly BuildSummary[];
  versions: VersionListResponse['versions'];
}

interface ServerPageClientProps extends ServerPageData {
  askedBuildId: string | undefined;
  askedTab: string | undefined;
}

const tabIds = ['overview', 'tools', 'versions', 'builds', 'iterate', 'settings'] as const;
type TabId = (typeof tabIds)[number];
const isTabId = (id: string | undefined): id is TabId => tabIds.some((known) => known === id);

export function ServerPageClient({ server, builds, versions, askedBuildId, askedTab }: ServerPageClientProps) {
  const router = useRouter();
  const running = builds.find((build) => !isFinished(build.state));
  const [buildId, setBuildId] = useState(askedBuildId ?? running?.id);
  const [tab, setTab] = useState<TabId>(isTabId(askedTab) ? askedTab : 'overview');

  const show = (place: { tab?: TabId; build?: string | undefined }) => {
    const next = { tab, build: buildId, ...place };
    setTab(next.tab);
    setBuildId(next.build);
    const query = new URLSearchParams();
    if (next.build !== undefined) query.set('build', next.build);
    if (next.tab !== 'overview') query.set('tab', next.tab);
    window.history.replaceState(null, '', query.size === 0 ? `/servers/${server.id}` : `?${query}`);
  };
  // What the panel said about a build that ended may not hold any more.
  const closeEndedBuild = () => {
    if (buildId !== running?.id) show({ build: undefined });
  };
  const follow = (build: string) => {
    show({ build, tab: 'overview' });
    window.scrollTo({ top: 0 });
    router.refresh();
  };

  return (
    <div className="flex flex-col gap-6">
      <McpUrl url={server.mcpUrl} />
      <div className="flex flex-col gap-1.5">
        <PageHeader title={server.name}>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-[13px] text-faint">
            <ServerStateDot state={server.state} />
            {server.version !== null && <span>Version {server.version}</span>}
            <span>
              Updated <RelativeTime at={server.updatedAt} />
            </span>
          </div>
        </PageHeader>
        {server.description !== '' && <p className="max-w-3xl text-muted">{server.description}</p>}
      </div>

      {buildId !== undefined && (
        <BuildPanel
          key={buildId}
          buildId={buildId}
          server={server}
          onFinished={() => router.refresh()}
          onClose={() => show({ build: undefined })}
          onIterate={() => show({ tab: 'iterate' })}
        />
      )}

      <Tabs
        label="Server"
        value={tab}
        onChange={(id) => {
          if (isTabId(id)) show({ tab: id });
        }}
        items={[
          { id: 'overview', label: 'Overview', content: <OverviewTab server={server} /> },
          {
            id: 'tools',
            label: `Tools (${server.tools.length})`,
            content: <ToolsTab server={server} />,
          },
          {
            id: 'versions',
            label: 'Versions',
            content: <VersionsTab server={server} versions={versions} onActivated={closeEndedBuild} />,
          },
          {
            id: 'builds',
            label: 'Builds',
            content: <BuildsTab builds={builds} onShow={(build) => show({ build })} />,
          },
          {
            id: 'iterate',
            label: 'Iterate',
            content: <IterateTab server={server} isBuilding={running !== undefined} onStarted={follow} />,
          },
          {
            id: 'settings',
            label: 'Settings',
            content: <SettingsTab server={server} onPauseChanged={closeEndedBuild} />,
          },
        ]}
      />
    </div>
  );
}

function ToolsTab({ server }: { server: ServerDetail }) {
  return server.tools.length === 0 ? (
    <p className="text-muted">The tools appear here when the first version is live.</p>
  ) : (
    <ToolList tools={server.tools} />
  );
}
