'use client';

import { Search } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { CommandPalette } from '@/components/command-palette.tsx';
import { Kbd } from '@/components/kbd.tsx';
import { ModifierKbd } from '@/components/modifier-kbd.tsx';
import { ShortcutsSheet } from '@/components/shortcuts-sheet.tsx';
import { Wordmark } from '@/components/wordmark.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { useCommands } from './use-commands.ts';
import { useShortcuts } from './use-shortcuts.ts';

interface DashboardShellProps {
  email: string | undefined;
  children: ReactNode;
}

export function DashboardShell({ email, children }: DashboardShellProps) {
  const router = useRouter();
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  const commands = useCommands(paletteOpen, () => setShortcutsOpen(true));
  useShortcuts({
    togglePalette: () => setPaletteOpen((open) => !open),
    showShortcuts: () => setShortcutsOpen(true),
    newServer: () => router.push('/servers/new'),
  });

  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded bg-text px-3 py-1.5 text-inverse focus:not-sr-only focus:fixed focus:left-3 focus:top-3"
      >
        Skip to content
      </a>
      <ConnectionBanner />
      <header className="sticky top-0 z-30 border-b border-line bg-background">
        <div className="mx-auto flex h-13 max-w-5xl items-center gap-3 px-4">
          <Wordmark href="/dashboard" />
          <button
            type="button"
            onClick={() => setPaletteOpen(true)}
            aria-label="Open command palette"
            className="ml-auto inline-flex h-8 items-center gap-2 rounded-md border border-line px-2.5 text-[13px] text-muted transition-colors hover:border-line-strong hover:text-text"
          >
            <Search aria-hidden="true" className="size-3.5" />
            <span className="max-sm:sr-only">Go to</span>
            <span className="hidden gap-0.5 sm:inline-flex">
              <ModifierKbd />
              <Kbd>K</Kbd>
            </span>
          </button>
          <nav aria-label="Account">
            <Link
              href="/settings"
              title={email}
              className="inline-flex h-8 items-center rounded-md px-2 text-[13px] text-muted transition-colors hover:bg-hover hover:text-text"
            >
              Settings
            </Link>
          </nav>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-5xl flex-1 px-4 py-8 outline-none">
        {children}
      </main>
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} commands={commands} />
      <ShortcutsSheet open={shortcutsOpen} onOpenChange={setShortcutsOpen} />
    </div>
  );
}
