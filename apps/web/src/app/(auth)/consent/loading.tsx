import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function ConsentLoading() {
  return (
    <div className="flex flex-col gap-4">
      <LoadingLabel />
      <Skeleton className="h-7 w-64" />
      <Skeleton className="h-48" />
      <Skeleton className="h-9" />
    </div>
  );
}
