import Link from 'next/link';
import type { Failure } from '@/lib/api-error.ts';
import { signInPath } from '@/lib/safe-next.ts';
import { Button, buttonClasses } from './button.tsx';
import { Notice } from './notice.tsx';

interface FailureNoticeProps {
  failure: Failure;
  /** Where to come back to after signing in again. */
  path: string;
  onRetry?: () => void;
  onGenerateAgain?: () => void;
}

/** What failed, with the one thing that can be done about it. */
export function FailureNotice(props: FailureNoticeProps) {
  return (
    <Notice tone="bad" action={<Action {...props} />}>
      {props.failure.sentence}
    </Notice>
  );
}

function Action({ failure, path, onRetry, onGenerateAgain }: FailureNoticeProps) {
  switch (failure.action) {
    case 'sign-in':
      return (
        <Link href={signInPath(path)} className={buttonClasses()}>
          Sign in
        </Link>
      );
    case 'generate-again':
      return onGenerateAgain === undefined ? null : <Button onClick={onGenerateAgain}>Generate again</Button>;
    case 'retry':
      return onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>;
    default:
      return null;
  }
}
