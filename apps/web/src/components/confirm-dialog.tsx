'use client';

import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Input } from './input.tsx';
import { Notice } from './notice.tsx';

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  action: string;
  /** What has to be typed before a destructive act is allowed. */
  typeToConfirm?: { label: string; expected: string };
  danger?: boolean;
  busy: boolean;
  failure: string | undefined;
  onConfirm: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const {
    open,
    onOpenChange,
    title,
    description,
    action,
    typeToConfirm,
    danger = false,
    busy,
    failure,
    onConfirm,
  } = props;
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (!open) setTyped('');
  }, [open]);
  const allowed = typeToConfirm === undefined || typed.trim() === typeToConfirm.expected;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (allowed) onConfirm();
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {typeToConfirm !== undefined && (
          <Field label={typeToConfirm.label}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
                spellCheck={false}
              />
            )}
          </Field>
        )}
        {failure !== undefined && <Notice tone="bad">{failure}</Notice>}
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={() => onOpenChange(false)}>
            Cancel
          </Button>
          <Button type="submit" tone={danger ? 'danger' : 'primary'} disabled={!allowed} busy={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
