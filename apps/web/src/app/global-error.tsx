'use client';

import { RouteError } from '@/components/route-error.tsx';
import './globals.css';

export default function GlobalError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body className="font-sans">
        <RouteError {...props} />
      </body>
    </html>
  );
}
