'use client';

import { Dialog } from './dialog.tsx';
import { Kbd } from './kbd.tsx';

const shortcuts = [
  [['⌘', 'K'], 'Command palette (Ctrl K on Windows and Linux)'],
  [['N'], 'New server'],
  [['/'], 'Search the servers; F does the same'],
  [['⌘', 'Enter'], 'Generate, in a prompt'],
  [['Esc'], 'Close'],
  [['?'], 'These shortcuts'],
] as const;

export function ShortcutsSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="flex flex-col gap-2.5">
        {shortcuts.map(([keys, meaning]) => (
          <div key={meaning} className="flex items-center justify-between gap-4">
            <dt className="order-2 flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd className="text-sm text-muted">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
