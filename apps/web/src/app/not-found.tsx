import type { Metadata } from 'next';
import Link from 'next/link';
import { connection } from 'next/server';
import { buttonClasses } from '@/components/button.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default async function NotFound() {
  // A page that is rendered in advance has no nonce, and its scripts would be refused.
  await connection();
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-4 px-6 py-24 text-center">
      <h1 className="text-base font-semibold">There is nothing here</h1>
      <p className="text-muted">It does not exist, was deleted, or belongs to somebody else.</p>
      <Link href="/dashboard" className={buttonClasses('secondary')}>
        Go to the dashboard
      </Link>
    </div>
  );
}
