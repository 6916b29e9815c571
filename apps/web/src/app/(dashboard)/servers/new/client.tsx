'use client';

import type { PreviewResponse } from '@bmm/types';
import { useState } from 'react';
import { PageHeader } from '@/components/page-header.tsx';
import { DescribeStep } from './describe-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { usePreview } from './use-preview.ts';

const steps = ['Describe', 'Review'] as const;

/** Two steps: a prompt becomes a proposal, the proposal becomes a server. */
export function NewServer() {
  const [accepted, setAccepted] = useState<PreviewResponse>();
  const preview = usePreview(setAccepted);
  const current = accepted === undefined ? 0 : 1;
  return (
    <div className="flex max-w-3xl flex-col gap-6">
      <PageHeader title="New server">
        <ol className="flex gap-4 text-[13px]" aria-label="Steps">
          {steps.map((name, index) => (
            <li
              key={name}
              aria-current={index === current ? 'step' : undefined}
              className={index === current ? 'text-text' : 'text-faint'}
            >
              <span className="mr-1.5 font-mono">{index + 1}</span>
              {name}
            </li>
          ))}
        </ol>
      </PageHeader>
      {accepted === undefined ? (
        <DescribeStep preview={preview} />
      ) : (
        <ReviewStep
          key={accepted.previewId}
          preview={accepted}
          onBack={() => setAccepted(undefined)}
          onGenerateAgain={() => {
            setAccepted(undefined);
            preview.generate();
          }}
        />
      )}
    </div>
  );
}
