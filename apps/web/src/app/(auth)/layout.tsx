import type { ReactNode } from 'react';
import { Wordmark } from '@/components/wordmark.tsx';

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 pb-16 pt-10 sm:pt-[12vh]">
      <Wordmark href="/" />
      <main className="mt-8 w-full max-w-md">{children}</main>
    </div>
  );
}
