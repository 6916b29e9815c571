'use client';

import type { ServerDetail } from '@bmm/types';
import { InstallTabs } from '@/components/install-tabs.tsx';
import { Notice } from '@/components/notice.tsx';
import { HOSTS_FAIL_YET } from '@/lib/network-words.ts';
import { SERVER_STATE_WORDS } from '@/lib/server-state.ts';

export function OverviewTab({ server }: { server: ServerDetail }) {
  const missing = server.requiredSecrets.filter((secret) => !secret.isSet).map((secret) => secret.name);
  const answers = server.state === 'live' || server.state === 'sleeping';
  return (
    <div className="flex flex-col gap-8">
      {server.source === 'mock' && (
        <Notice tone="warn">
          No model key was set when this was built, so it is the built-in example spec: two tools, echo and now.
        </Notice>
      )}
      {missing.length > 0 && (
        <Notice tone="warn">
          Not set yet: <span className="font-mono">{missing.join(', ')}</span>. Tools that need it fail until it is set.
          Enter it under Iterate.
        </Notice>
      )}
      {!answers && <Notice>{SERVER_STATE_WORDS[server.state].meaning}</Notice>}
      {server.version !== null && (
        <section aria-labelledby="connect" className="flex flex-col gap-3">
          <h2 id="connect" className="text-base font-semibold">
            Connect a client
          </h2>
          <InstallTabs subject={{ name: server.slug, url: server.mcpUrl, description: server.description }} />
        </section>
      )}
      <section aria-labelledby="reach" className="flex flex-col gap-2">
        <h2 id="reach" className="text-base font-semibold">
          Hosts it talks to
        </h2>
        {server.allowedHosts.length === 0 ? (
          <p className="text-muted">None.</p>
        ) : (
          <>
            <ul className="flex flex-wrap gap-2">
              {server.allowedHosts.map((host) => (
                <li key={host} className="rounded border border-line-strong px-2 py-0.5 font-mono text-[13px]">
                  {host}
                </li>
              ))}
            </ul>
            <p className="text-[13px] text-muted">{HOSTS_FAIL_YET}</p>
          </>
        )}
      </section>
    </div>
  );
}
