import { Check } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { buttonClasses } from '@/components/button.tsx';
import { Wordmark } from '@/components/wordmark.tsx';
import { installTargets } from '@/lib/install.ts';
import { isSignedIn } from '@/lib/server-api.ts';

export const metadata: Metadata = { title: { absolute: 'BuildMyMCPServer' } };

const exampleUrl = 'http://localhost:4100/s/unit-converter/mcp';
const clients = installTargets({ name: 'unit-converter', url: exampleUrl, description: '' }).map(({ label }) => label);

const facts = [
  [
    'One command',
    'pnpm dev starts everything on one machine. No Docker, no account with anyone else and no model key are needed to try it.',
  ],
  [
    'OAuth 2.1',
    'Every server stands behind an authorization server. A client signs in; you see what it asks for and approve it.',
  ],
  ['A sandbox per server', 'Each server runs in a process of its own, which is started on demand.'],
  ['MIT', 'The code is open. Run it where your data is.'],
] as const;

export default async function LandingPage() {
  const start = (await isSignedIn()) ? '/dashboard' : '/sign-in';
  return (
    <div className="mx-auto flex min-h-dvh max-w-5xl flex-col px-4 sm:px-6">
      <header className="flex h-14 items-center justify-between">
        <Wordmark href="/" />
        <Link href={start} className={buttonClasses('quiet')}>
          {start === '/dashboard' ? 'Dashboard' : 'Sign in'}
        </Link>
      </header>

      <main className="flex flex-1 flex-col gap-20 pb-20 pt-16 sm:pt-24">
        <section className="flex flex-col items-start gap-6">
          <h1 className="max-w-3xl text-4xl font-semibold leading-[1.1] tracking-tight sm:text-5xl">
            Describe your tool.
            <br />
            We host the server.
            <br />
            AI uses it.
          </h1>
          <p className="max-w-xl text-base text-muted">
            Write in plain words what your AI should be able to do. The result is an MCP server with a URL of its own,
            behind OAuth, that your client connects to with a copied snippet. It&rsquo;s infrastructure, not magic.
          </p>
          <Link href={start} className={buttonClasses('primary')}>
            Start building
          </Link>
        </section>

        <section aria-labelledby="how" className="flex flex-col gap-6">
          <h2 id="how" className="text-lg font-semibold tracking-tight">
            How it works
          </h2>
          <ol className="grid gap-4 md:grid-cols-3">
            <Step number={1} title="Describe" text="You read and edit the proposed tools before anything is built.">
              <p className="text-text">
                Convert between units of length, weight and temperature, and list the units you know.
              </p>
              <ul className="mt-4 flex flex-col gap-1 border-t border-line pt-3 text-muted">
                <li>convert_unit</li>
                <li>list_units</li>
              </ul>
            </Step>
            <Step number={2} title="Build" text="Each step is shown as it happens, with what it logged.">
              <ul className="flex flex-col gap-1.5">
                {['generating', 'checking', 'building', 'testing', 'deploying', 'live'].map((name) => (
                  <li key={name} className="flex items-center gap-2">
                    <Check aria-hidden="true" className="size-3.5 text-accent" />
                    {name}
                  </li>
                ))}
              </ul>
            </Step>
            <Step number={3} title="Connect" text="The client opens a page where you approve it, once.">
              <p className="[overflow-wrap:anywhere]">
                <span className="select-none text-faint">$ </span>
                claude mcp add --transport http unit-converter {exampleUrl}
              </p>
              <p className="mt-3 [overflow-wrap:anywhere]">
                <span className="select-none text-faint">$ </span>
                claude mcp login unit-converter
              </p>
            </Step>
          </ol>
        </section>

        <section aria-labelledby="what" className="flex flex-col gap-6">
          <h2 id="what" className="text-lg font-semibold tracking-tight">
            What you get
          </h2>
          <dl className="grid gap-x-8 gap-y-6 sm:grid-cols-2">
            {facts.map(([term, meaning]) => (
              <div key={term} className="border-t border-line pt-3">
                <dt className="font-medium">{term}</dt>
                <dd className="mt-1 text-muted">{meaning}</dd>
              </div>
            ))}
          </dl>
          <p className="text-muted">
            Every server&rsquo;s page has the exact steps for {clients.slice(0, -1).join(', ')} and {clients.at(-1)}.
          </p>
        </section>
      </main>

      <footer className="flex h-14 items-center border-t border-line text-[13px] text-faint">
        BuildMyMCPServer is open source under the MIT license.
      </footer>
    </div>
  );
}

function Step({ number, title, text, children }: { number: number; title: string; text: string; children: ReactNode }) {
  return (
    <li className="flex flex-col overflow-hidden rounded-lg border border-line bg-raised">
      <div className="border-b border-line px-4 py-3">
        <h3 className="font-medium">
          <span className="mr-2 font-mono text-faint">{number}</span>
          {title}
        </h3>
        <p className="mt-1 text-[13px] text-muted">{text}</p>
      </div>
      <div className="flex-1 bg-sunken px-4 py-4 font-mono text-[13px] leading-relaxed">{children}</div>
    </li>
  );
}
