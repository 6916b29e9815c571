'use client';

import { Tabs as Primitive } from 'radix-ui';
import { type ReactNode, useEffect, useRef } from 'react';

export interface TabItem {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

interface TabsProps {
  label: string;
  items: readonly TabItem[];
  value?: string;
  defaultValue?: string;
  onChange?: (id: string) => void;
}

/** A row of tabs that scrolls sideways on narrow screens. */
export function Tabs({ label, items, value, defaultValue, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const active = list.current?.querySelector<HTMLElement>('[data-state="active"]');
    // Only sideways: the page itself must not move.
    if (list.current !== null && active) centre(list.current, active);
  });
  return (
    <Primitive.Root
      {...(value === undefined ? { defaultValue: defaultValue ?? items[0]?.id ?? '' } : { value })}
      {...(onChange === undefined ? {} : { onValueChange: onChange })}
    >
      <Primitive.List
        ref={list}
        aria-label={label}
        className="relative -mx-4 flex gap-1 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] sm:mx-0 sm:px-0"
      >
        {items.map(({ id, label: name }) => (
          <Primitive.Trigger
            key={id}
            value={id}
            className="-mb-px shrink-0 whitespace-nowrap border-b-2 border-transparent px-2.5 py-2 text-sm text-muted outline-offset-[-2px] transition-colors hover:text-text data-[state=active]:border-text data-[state=active]:text-text"
          >
            {name}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {items.map(({ id, content }) => (
        <Primitive.Content key={id} value={id} className="pt-5">
          {content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}

function centre(list: HTMLElement, tab: HTMLElement): void {
  list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
}
