'use client';

import { useSyncExternalStore } from 'react';

const SHOWN_MS = 4_000;

let messages: readonly { id: number; text: string }[] = [];
const none: typeof messages = [];
const listeners = new Set<() => void>();
let lastId = 0;

function setMessages(next: typeof messages): void {
  messages = next;
  for (const listener of listeners) listener();
}

/** Says for four seconds that something was done. Failures stay where they happened and are no toast. */
export function toast(text: string): void {
  lastId += 1;
  const id = lastId;
  setMessages([...messages, { id, text }]);
  setTimeout(() => setMessages(messages.filter((message) => message.id !== id)), SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const shown = useSyncExternalStore(
    subscribe,
    () => messages,
    () => none,
  );
  return (
    <div role="status" className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2">
      {shown.map(({ id, text }) => (
        <p key={id} className="rounded-md border border-line-strong bg-raised px-3.5 py-2 text-sm shadow-lg">
          {text}
        </p>
      ))}
    </div>
  );
}
