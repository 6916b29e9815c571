import { firstInstallTarget, type InstallStep, type InstallSubject, installTargets } from '@/lib/install.ts';
import { buttonClasses } from './button.tsx';
import { CodeBlock } from './code-block.tsx';
import { Notice } from './notice.tsx';
import { Tabs } from './tabs.tsx';

/** How to connect each client, one tab a client. */
export function InstallTabs({ subject }: { subject: InstallSubject }) {
  return (
    <Tabs
      label="Clients"
      defaultValue={firstInstallTarget(subject.url)}
      items={installTargets(subject).map(({ id, label, steps }) => ({
        id,
        label,
        content: (
          <div className="flex max-w-2xl flex-col gap-3">
            {steps.map((step) => (
              <Step key={JSON.stringify(step)} step={step} />
            ))}
          </div>
        ),
      }))}
    />
  );
}

function Step({ step }: { step: InstallStep }) {
  switch (step.kind) {
    case 'text':
      return <p className="text-sm text-muted">{step.text}</p>;
    case 'notice':
      return <Notice tone="warn">{step.text}</Notice>;
    case 'code':
      return <CodeBlock label={step.label} code={step.code} />;
    case 'link':
      return (
        <a href={step.href} className={`${buttonClasses('primary')} self-start`}>
          {step.label}
        </a>
      );
  }
}
