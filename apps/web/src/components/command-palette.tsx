'use client';

import { Command } from 'cmdk';
import { Dialog } from 'radix-ui';

export interface PaletteCommand {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly detail?: string;
  readonly run: () => void;
}

interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  commands: readonly PaletteCommand[];
}

export function CommandPalette({ open, onOpenChange, commands }: CommandPaletteProps) {
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/60" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed left-1/2 top-[12vh] z-50 w-[calc(100%-2rem)] max-w-lg -translate-x-1/2 overflow-hidden rounded-lg border border-line-strong bg-raised shadow-2xl"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Command label="Command palette" loop>
            <Command.Input
              placeholder="Go to a server or do something"
              className="w-full border-b border-line bg-transparent px-4 py-3 text-sm outline-none max-sm:text-base"
            />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-sm text-muted">Nothing found.</Command.Empty>
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={group}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
                >
                  {commands
                    .filter((command) => command.group === group)
                    .map(({ id, label, detail, run }) => (
                      <Command.Item
                        key={id}
                        value={`${label} ${detail ?? ''} ${id}`}
                        onSelect={() => {
                          onOpenChange(false);
                          run();
                        }}
                        className="flex cursor-pointer items-center justify-between gap-3 rounded px-2.5 py-2 text-sm data-[selected=true]:bg-hover"
                      >
                        <span className="truncate">{label}</span>
                        {detail !== undefined && (
                          <span className="truncate font-mono text-xs text-faint">{detail}</span>
                        )}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
