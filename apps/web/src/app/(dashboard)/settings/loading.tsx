import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function SettingsLoading() {
  return (
    <div className="flex max-w-3xl flex-col gap-4">
      <LoadingLabel />
      <Skeleton className="h-8 w-32" />
      <Skeleton className="h-28" />
      <Skeleton className="h-52" />
      <Skeleton className="h-28" />
    </div>
  );
}
