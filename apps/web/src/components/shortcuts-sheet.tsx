'use client';

import { Dialog } from './dialog.tsx';
import { Kbd } from './kbd.tsx';
import { ModifierKbd } from './modifier-kbd.tsx';

/** Stands for the visitor's own modifier key. */
const MODIFIER = 'modifier';

const shortcuts = [
  [[MODIFIER, 'K'], 'Command palette'],
  [['N'], 'New server'],
  [['/'], 'Search the servers; F does the same'],
  [[MODIFIER, 'Enter'], 'Generate, in a prompt'],
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
              {keys.map((key) => (key === MODIFIER ? <ModifierKbd key={key} /> : <Kbd key={key}>{key}</Kbd>))}
            </dt>
            <dd className="text-sm text-muted">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
