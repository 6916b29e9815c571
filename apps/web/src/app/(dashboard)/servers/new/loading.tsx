import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function NewServerLoading() {
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <LoadingLabel />
      <Skeleton className="h-8 w-40" />
      <Skeleton className="h-44" />
      <Skeleton className="h-9 w-32" />
    </div>
  );
}
