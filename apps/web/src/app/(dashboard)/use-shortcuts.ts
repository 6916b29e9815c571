'use client';

import { useEffect, useRef } from 'react';

interface Shortcuts {
  togglePalette: () => void;
  showShortcuts: () => void;
  newServer: () => void;
}

/** Marks the field that `/` and `f` go to. */
export const SEARCH_FIELD_ID = 'server-search';

/** The keyboard of the dashboard; single keys are left alone while somebody types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        latest.current.togglePalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isBusyElsewhere(event.target)) return;
      const action = singleKeys(latest.current)[event.key];
      if (action?.() === true) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Each answers whether it did something with the key. */
function singleKeys({ showShortcuts, newServer }: Shortcuts): Record<string, () => boolean> {
  const focusSearch = () => {
    const field = document.getElementById(SEARCH_FIELD_ID);
    field?.focus();
    return field !== null;
  };
  const after = (action: () => void) => () => {
    action();
    return true;
  };
  return { '/': focusSearch, f: focusSearch, '?': after(showShortcuts), n: after(newServer) };
}

function isBusyElsewhere(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"]') !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}
