'use client';

import { AppError, type ConsentRequest } from '@bmm/types';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button.tsx';
import { Notice } from '@/components/notice.tsx';
import { toFailure } from '@/lib/api-error.ts';
import { browserApi } from '@/lib/browser-api.ts';
import { isNavigable } from '@/lib/navigable.ts';

type Phase = 'asking' | 'approving' | 'denying' | 'answered';

export function ConsentForm({ request }: { request: ConsentRequest }) {
  const [phase, setPhase] = useState<Phase>('asking');
  const [failure, setFailure] = useState<string>();
  const { client, server, redirectHost } = request;

  const decide = async (approve: boolean) => {
    setPhase(approve ? 'approving' : 'denying');
    setFailure(undefined);
    try {
      const { redirectTo } = await browserApi.decideConsent(request.id, approve);
      if (!isNavigable(redirectTo)) throw new Error('not navigable');
      setPhase('answered');
      window.location.assign(redirectTo);
    } catch (error) {
      setPhase('asking');
      setFailure(sentenceFor(error));
    }
  };

  if (phase === 'answered')
    return (
      <div className="flex flex-col gap-3" role="status">
        <h1 className="text-xl font-semibold tracking-tight">Going back to {client.name}</h1>
        <p className="text-muted">If nothing happens, return to your client. You can close this page.</p>
      </div>
    );

  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-1.5">
        <h1 className="text-xl font-semibold tracking-tight [overflow-wrap:anywhere]">
          Connect {client.name} to {server.name}?
        </h1>
        <p className="text-muted">The client could then call this server&rsquo;s tools in your name.</p>
      </div>

      <dl className="flex flex-col divide-y divide-line rounded-lg border border-line bg-raised">
        <Row term="Client">
          <span className="font-medium">{client.name}</span>{' '}
          <span className="whitespace-nowrap rounded border border-warn/50 px-1.5 text-[13px] text-warn">
            not verified
          </span>
          <code className="mt-1 block font-mono text-xs text-muted">{client.id}</code>
        </Row>
        <Row term="Answer goes to">
          <strong className="font-semibold">{redirectHost}</strong>
        </Row>
        <Row term="Server">
          <span className="font-medium">{server.name}</span> of {server.organization}
          <code className="mt-1 block font-mono text-xs text-muted">{server.mcpUrl}</code>
        </Row>
        <Row term="Allows">
          <ul className="flex flex-col gap-1">
            {request.scopes.map((scope) => (
              <li key={scope.name}>{scope.description}</li>
            ))}
          </ul>
        </Row>
        <Row term="Signed in as">{request.user.email}</Row>
      </dl>

      {request.redirectIsLoopback ? (
        <Notice tone="warn">
          The answer goes to a program on this computer, and any program here could have asked. Approve only if you have
          just started this connection yourself.
        </Notice>
      ) : (
        <Notice>
          The client chose its own name. Approve only if you have just started this connection yourself and know{' '}
          {redirectHost}.
        </Notice>
      )}
      {failure !== undefined && <Notice tone="bad">{failure}</Notice>}

      <div className="grid grid-cols-2 gap-3">
        <Button busy={phase === 'denying'} disabled={phase !== 'asking'} onClick={() => void decide(false)}>
          Deny
        </Button>
        <Button
          tone="primary"
          busy={phase === 'approving'}
          disabled={phase !== 'asking'}
          onClick={() => void decide(true)}
        >
          Approve
        </Button>
      </div>
    </div>
  );
}

function sentenceFor(error: unknown): string {
  if (error instanceof AppError && error.code === 'not_found')
    return 'This request has expired or was answered already. Start the connection again in your client.';
  return toFailure(error).sentence;
}

function Row({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 px-4 py-3 sm:grid-cols-[7.5rem_1fr]">
      <dt className="text-[13px] text-faint">{term}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
