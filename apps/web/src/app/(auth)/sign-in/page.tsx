import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { readEnv } from '@/lib/env.ts';
import { safeNext } from '@/lib/safe-next.ts';
import { isSignedIn } from '@/lib/server-api.ts';
import { SignInForm } from './client.tsx';

export const metadata: Metadata = { title: 'Sign in' };

interface SignInPageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { next, error } = await searchParams;
  const target = safeNext(next);
  if (await isSignedIn()) redirect(target);
  return <SignInForm next={target} linkFailed={error !== undefined} isDevelopment={readEnv().isDevelopment} />;
}
