'use client';

import type { ServerDetail, VersionListResponse } from '@bmm/types';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/button.tsx';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { RelativeTime } from '@/components/relative-time.tsx';
import { toast } from '@/components/toast.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { useAction } from '@/lib/use-action.ts';

interface VersionsTabProps {
  server: ServerDetail;
  versions: VersionListResponse['versions'];
  onActivated: () => void;
}

export function VersionsTab({ server, versions, onActivated }: VersionsTabProps) {
  const router = useRouter();
  const [chosen, setChosen] = useState<number>();
  const activate = useAction(async (version: number) => {
    await browserApi.activateVersion(server.id, version);
    setChosen(undefined);
    toast(`Version ${version} serves now.`);
    onActivated();
    router.refresh();
  });
  if (versions.length === 0)
    return <p className="text-muted">The first version appears here when its build is live.</p>;
  return (
    <>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {versions.map((version) => (
          <li key={version.version} className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
            <div className="flex min-w-0 flex-col gap-1">
              <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
                <span className="font-medium">Version {version.version}</span>
                {version.active && <span className="text-[13px] text-accent">Serves now</span>}
                <span className="text-[13px] text-faint">
                  <RelativeTime at={version.createdAt} />
                </span>
              </div>
              <p className="text-[13px] text-muted [overflow-wrap:anywhere]">
                <span className="font-mono">{version.toolNames.join(', ')}</span>
                {version.source === 'mock' && ' · built-in example spec'}
              </p>
              <code className="font-mono text-xs text-faint" title={version.sha256}>
                sha256 {version.sha256.slice(0, 16)}
              </code>
            </div>
            {!version.active && (
              <Button
                onClick={() => setChosen(version.version)}
                aria-label={`${activateWords(version.version, server)} (activate version ${version.version})`}
              >
                {activateWords(version.version, server)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={chosen !== undefined}
        onOpenChange={(open) => {
          if (!open) setChosen(undefined);
        }}
        title={`Activate version ${chosen ?? ''}?`}
        description="New calls go to this version. The other versions stay and can be activated again."
        action="Activate"
        busy={activate.busy}
        failure={activate.failure}
        onConfirm={() => {
          if (chosen !== undefined) activate.run(chosen);
        }}
      />
    </>
  );
}

function activateWords(version: number, server: ServerDetail): string {
  return server.version !== null && version < server.version ? 'Roll back to this version' : 'Activate this version';
}
