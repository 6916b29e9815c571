import { classNames } from './class-names.ts';

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={classNames('animate-pulse-soft rounded-md bg-hover', className)} />;
}

/** Tells assistive technology that a page loads; the skeleton itself is hidden from it. */
export function LoadingLabel() {
  return (
    <p role="status" className="sr-only">
      Loading
    </p>
  );
}
