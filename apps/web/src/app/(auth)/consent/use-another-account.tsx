'use client';

import { Button } from '@/components/button.tsx';
import { Notice } from '@/components/notice.tsx';
import { browserApi } from '@/lib/browser-api.ts';
import { forgetPrompt } from '@/lib/prompt-draft.ts';
import { signInPath } from '@/lib/safe-next.ts';
import { useAction } from '@/lib/use-action.ts';

/** Signs out and asks for a sign-in that leads back to the same connection. */
export function UseAnotherAccount({ path }: { path: string }) {
  const change = useAction(async () => {
    await browserApi.signOut();
    forgetPrompt();
    window.location.assign(signInPath(path));
  });
  return (
    <>
      {change.failure !== undefined && <Notice tone="bad">{change.failure}</Notice>}
      <Button className="self-start" busy={change.busy} onClick={() => change.run()}>
        Use another account
      </Button>
    </>
  );
}
