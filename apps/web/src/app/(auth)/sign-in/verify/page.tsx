import type { Metadata } from 'next';
import Link from 'next/link';
import { buttonClasses } from '@/components/button.tsx';
import { safeNext } from '@/lib/safe-next.ts';
import { VerifyForm } from './client.tsx';

export const metadata: Metadata = { title: 'Sign in', referrer: 'no-referrer', robots: { index: false } };

interface VerifyPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Opening the link changes nothing, because mail scanners open links too; pressing the button does. */
export default async function VerifyPage({ searchParams }: VerifyPageProps) {
  const { token, callbackURL } = await searchParams;
  if (typeof token !== 'string' || token === '')
    return (
      <div className="flex flex-col gap-4">
        <h1 className="text-xl font-semibold tracking-tight">This link is not complete</h1>
        <p className="text-muted">Copy the whole link from the mail, or ask for a new one.</p>
        <Link href="/sign-in" className={`${buttonClasses('primary')} self-start`}>
          Ask for a new link
        </Link>
      </div>
    );
  return <VerifyForm token={token} next={safeNext(callbackURL)} />;
}
