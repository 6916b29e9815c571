import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function ServerLoading() {
  return (
    <div className="flex flex-col gap-5">
      <LoadingLabel />
      <Skeleton className="h-9" />
      <Skeleton className="h-7 w-56" />
      <Skeleton className="h-9" />
      <Skeleton className="h-72" />
    </div>
  );
}
