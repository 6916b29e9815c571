import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function DashboardLoading() {
  return (
    <div className="flex flex-col gap-5">
      <LoadingLabel />
      <div className="flex justify-between">
        <Skeleton className="h-8 w-28" />
        <Skeleton className="h-9 w-28" />
      </div>
      <Skeleton className="h-9 max-w-xs" />
      <div className="flex flex-col gap-px">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-20" />
        ))}
      </div>
    </div>
  );
}
