'use client';

import { Tabs as Primitive } from 'radix-ui';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import { edgeFade } from '@/lib/edge-fade.ts';

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

/** A row of tabs that scrolls sideways on narrow screens and fades where there is more. */
export function Tabs({ label, items, value, defaultValue, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(defaultValue ?? items[0]?.id ?? '');
  const current = value ?? chosen;
  useEffect(() => {
    const row = list.current;
    const active = row?.querySelector<HTMLElement>(`[data-tab="${current}"]`);
    // Only sideways: the page itself must not move.
    if (row !== null && active) centre(row, active);
  }, [current]);
  useEdgeFade(list);
  return (
    <Primitive.Root
      value={current}
      onValueChange={(id) => {
        setChosen(id);
        onChange?.(id);
      }}
    >
      <Primitive.List
        ref={list}
        aria-label={label}
        className="relative -mx-4 flex gap-1 fade-edges overflow-x-auto border-b border-line px-4 [scrollbar-width:none] sm:mx-0 sm:px-0"
      >
        {items.map(({ id, label: name }) => (
          <Primitive.Trigger
            key={id}
            value={id}
            data-tab={id}
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

/** Keeps `data-fade` of a row true to where it can still be scrolled to. */
function useEdgeFade(row: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = row.current;
    if (element === null) return;
    const update = () => {
      element.dataset.fade = edgeFade(element);
    };
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    element.addEventListener('scroll', update, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', update);
    };
  }, [row]);
}
