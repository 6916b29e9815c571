import Link from 'next/link';

export function Wordmark({ href }: { href: string }) {
  return (
    <Link href={href} className="inline-flex items-center gap-2 text-sm font-semibold tracking-tight">
      <svg aria-hidden="true" viewBox="0 0 32 32" className="size-5">
        <path
          d="M6 9l7 7-7 7"
          fill="none"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="23" cy="22" r="4" className="fill-accent" />
      </svg>
      BuildMyMCPServer
    </Link>
  );
}
