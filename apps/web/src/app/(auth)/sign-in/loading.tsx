import { LoadingLabel, Skeleton } from '@/components/skeleton.tsx';

export default function SignInLoading() {
  return (
    <div className="flex flex-col gap-4">
      <LoadingLabel />
      <Skeleton className="h-7 w-32" />
      <Skeleton className="h-9" />
      <Skeleton className="h-9" />
    </div>
  );
}
