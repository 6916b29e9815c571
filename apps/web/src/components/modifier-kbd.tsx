'use client';

import { useSyncExternalStore } from 'react';
import { modifierKey } from '@/lib/modifier-key.ts';
import { Kbd } from './kbd.tsx';

const subscribe = () => () => undefined;

/** ⌘ on Apple's keyboards and Ctrl elsewhere; the server does not know the keyboard and says Ctrl. */
export function ModifierKbd() {
  const key = useSyncExternalStore(
    subscribe,
    () => modifierKey(navigator.platform),
    () => 'Ctrl' as const,
  );
  return <Kbd>{key}</Kbd>;
}
