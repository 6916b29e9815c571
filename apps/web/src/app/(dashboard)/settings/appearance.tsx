'use client';

import { useState } from 'react';
import { Field } from '@/components/field.tsx';
import { Select } from '@/components/input.tsx';
import { Panel } from '@/components/panel.tsx';
import { toast } from '@/components/toast.tsx';
import { THEMES, type Theme, toTheme } from '@/lib/theme.ts';
import { chooseTheme } from './choose-theme.ts';

const WORDS: Readonly<Record<Theme, string>> = { dark: 'Dark', system: 'As the system' };

export function Appearance({ chosen }: { chosen: Theme }) {
  const [theme, setTheme] = useState(chosen);
  const choose = (next: Theme) => {
    setTheme(next);
    document.documentElement.dataset.theme = next;
    chooseTheme(next).catch(() => toast('The theme could not be kept; it holds until you reload.'));
  };
  return (
    <Panel title="Appearance" text="Kept in this browser.">
      <Field label="Theme" className="max-w-60">
        {(control) => (
          <Select {...control} value={theme} onChange={(event) => choose(toTheme(event.target.value))}>
            {THEMES.map((value) => (
              <option key={value} value={value}>
                {WORDS[value]}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </Panel>
  );
}
