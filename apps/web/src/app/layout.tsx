import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { Toaster } from '@/components/toast.tsx';
import { THEME_COOKIE, toTheme } from '@/lib/theme.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'BuildMyMCPServer', template: '%s · BuildMyMCPServer' },
  description: 'Describe your tool. We host the server. AI uses it.',
};

export const viewport: Viewport = {
  themeColor: '#0a0a0b',
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = toTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="min-h-dvh font-sans">
        {children}
        <Toaster />
      </body>
    </html>
  );
}
